#ifndef STRATA_SERVER_RPC_SERVICES_CUSTOMER_PAGE_H_
#define STRATA_SERVER_RPC_SERVICES_CUSTOMER_PAGE_H_

#include "absl/status/status.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/customer_service.pb.h"

namespace strata::rpc {

// What CUSTOMER_VIEW_FULL adds to a customer's record: features, standing in each KPI, records, the
// months, health, risk and timeline. INVALID_ARGUMENT names a count that is out of range.
absl::Status AddCustomerPage(const PinnedScope& pinned, image::Slot slot,
                             const v1::GetCustomerRequest& request,
                             v1::GetCustomerResponse* response);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SERVICES_CUSTOMER_PAGE_H_
