#ifndef STRATA_SERVER_RPC_SERVICES_CUSTOMER_LIST_H_
#define STRATA_SERVER_RPC_SERVICES_CUSTOMER_LIST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/kpi/query.h"

// Which customers there are, in which order: no protobuf.

namespace strata::rpc {

struct CustomerListQuery {
  analytics::fields::Scope scope;
  std::vector<std::string> fields;                 // customer-grain fields to compute
  std::optional<analytics::kpi::OrderTerm> order;  // none: by id. Ties are broken by id, ascending
  int64_t offset = 0, limit = 100;
};

struct CustomerList {
  analytics::fields::Features features;  // holds at least the query's fields
  std::vector<image::Slot> page;
  int64_t total = 0;
  analytics::fields::ResultInfo info;
};

// The customers that exist as of the scope's day and match its filter. Customers for whom the
// order's field is not known come last in both directions. INVALID_ARGUMENT names "fields[2]",
// "order_by" or "scope.filter".
absl::StatusOr<CustomerList> ListCustomers(const CustomerListQuery& query);

// The slot of a present customer; nullopt when there is none of this id. Looks at every id: the
// image is clustered by arrival and keeps no index by text.
std::optional<image::Slot> FindCustomer(const image::Revision& revision, absl::string_view id);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SERVICES_CUSTOMER_LIST_H_
