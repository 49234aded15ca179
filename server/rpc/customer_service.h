#ifndef STRATA_SERVER_RPC_CUSTOMER_SERVICE_H_
#define STRATA_SERVER_RPC_CUSTOMER_SERVICE_H_

#include "absl/status/status.h"
#include "server/rpc/call_context.h"
#include "server/workspace/registry.h"
#include "strata/v1/customer_service.pb.h"

namespace strata::rpc {

// The methods of strata.v1.CustomerService. Thread-safe.
class CustomerHandlers {
 public:
  explicit CustomerHandlers(WorkspaceRegistry& registry) : registry_(registry) {}

  absl::Status GetCustomer(const CallContext& call, const v1::GetCustomerRequest& request,
                           v1::GetCustomerResponse* response);
  absl::Status ListCustomers(const CallContext& call, const v1::ListCustomersRequest& request,
                             v1::ListCustomersResponse* response);
  absl::Status EraseCustomer(const CallContext& call, const v1::EraseCustomerRequest& request,
                             v1::EraseCustomerResponse* response);

 private:
  WorkspaceRegistry& registry_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CUSTOMER_SERVICE_H_
