#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/fields/features.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/answer_size.h"
#include "server/rpc/convert/customer.h"
#include "server/rpc/convert/kpi.h"
#include "server/rpc/convert/meta.h"
#include "server/rpc/convert/value.h"
#include "server/rpc/services/customer_list.h"
#include "server/rpc/services/customer_page.h"
#include "server/rpc/services/customer_search.h"
#include "server/rpc/transport/page_token.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/customer_service.handlers.h"

namespace strata::rpc {
namespace {

constexpr int64_t kDefaultPage = 100, kMaxPage = 10'000;
constexpr int kMaxFields = 100;

absl::Status RefuseRange(const v1::QueryScope& scope) {
  if (scope.range().from().empty() && scope.range().to().empty()) return absl::OkStatus();
  return FieldError("scope.range", "customers have no range; leave it empty");
}

absl::Status CheckGet(const v1::GetCustomerRequest& request) {
  STRATA_RETURN_IF_ERROR(RefuseRange(request.scope()));
  if (!request.scope().filter().empty()) {
    return FieldError("scope.filter", "one customer is asked for; leave it empty");
  }
  if (!request.scope().segment().empty()) {
    return FieldError("scope.segment", "one customer is asked for; leave it empty");
  }
  if (request.customer().empty()) return FieldError("customer", "name a customer");
  if (request.view() < v1::CUSTOMER_VIEW_UNSPECIFIED || request.view() > v1::CUSTOMER_VIEW_FULL) {
    return FieldError("view",
                      absl::StrCat(static_cast<int>(request.view()), " is none of its values"));
  }
  return absl::OkStatus();
}

analytics::fields::ResultInfo InfoOfOne(const analytics::fields::Scope& scope, bool full) {
  analytics::fields::ResultInfo info = analytics::fields::InfoAsOf(scope);
  info.customers_used = 1;
  info.current_values = {"customer.*"};
  if (!full) return info;
  info.range = scope.range;
  info.current_values = {"customer.*", "order.status", "ticket.status", "contract.*"};
  info.notes = {"KPIs stand over all history up to as_of, among the customers that exist by then",
                "health and risk look at no current value: orders and tickets count whatever their "
                "status is"};
  return info;
}

}  // namespace

absl::Status CustomerHandlers::GetCustomer(const CallContext& call,
                                           const v1::GetCustomerRequest& request,
                                           v1::GetCustomerResponse* response) {
  STRATA_RETURN_IF_ERROR(CheckGet(request));
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const image::Revision& revision = *pinned.scope.revision;
  const std::optional<image::Slot> slot = FindCustomer(revision, request.customer());
  if (!slot.has_value()) return NoCustomer(revision, request.customer());
  const bool full = request.view() == v1::CUSTOMER_VIEW_FULL;
  ToProto(revision, InfoOfOne(pinned.scope, full), response->mutable_meta());
  CustomerToProto(revision, *slot, response->mutable_customer());
  response->set_placeholder(IsPlaceholder(revision, *slot));
  return full ? AddCustomerPage(pinned, *slot, request, response) : absl::OkStatus();
}

absl::Status CustomerHandlers::ListCustomers(const CallContext& call,
                                             const v1::ListCustomersRequest& request,
                                             v1::ListCustomersResponse* response) {
  const uint64_t binding = PageBinding(request);
  STRATA_ASSIGN_OR_RETURN(const PageToken token, DecodePageToken(request.page_token(), binding));
  STRATA_RETURN_IF_ERROR(RefuseRange(request.scope()));
  if (request.fields_size() > kMaxFields) {
    return FieldError("fields", absl::StrCat(request.fields_size(), " fields; at most 100"));
  }
  CustomerListQuery query;
  STRATA_ASSIGN_OR_RETURN(query.limit, PageSize(request.page_size(), kDefaultPage, kMaxPage));
  query.offset = token.offset;
  STRATA_ASSIGN_OR_RETURN(std::vector<analytics::kpi::OrderTerm> order,
                          OrderTermsFrom(request.order_by()));
  if (order.size() > 1) return FieldError("order_by", "customers are ordered by one field");
  if (!order.empty()) query.order = std::move(order.front());
  query.fields.assign(request.fields().begin(), request.fields().end());
  if (query.fields.empty()) query.fields.push_back("display_name");
  STRATA_ASSIGN_OR_RETURN(PinnedScope pinned,
                          PinScope(registry_, request.scope(), token.revision, call.stop));
  query.scope = std::move(pinned.scope);
  STRATA_ASSIGN_OR_RETURN(const CustomerList list, rpc::ListCustomers(query));

  const image::Revision& revision = *query.scope.revision;
  ToProto(revision, list.info, response->mutable_meta());
  for (const std::string& field : query.fields) response->add_fields(field);
  response->set_total(list.total);
  PageBudget budget(*response);
  for (const image::Slot slot : list.page) {
    v1::CustomerRow* row = response->add_customers();
    row->set_customer(std::string(revision.CustomerId(slot)));
    for (const std::string& field : query.fields) {
      ToProto(list.features.Column(field).At(slot), row->add_values());
    }
    if (!budget.KeepsLast(response->mutable_customers())) break;
  }
  const int64_t end = query.offset + response->customers_size();
  if (end < list.total) {
    pinned.workspace->Hold(query.scope.revision);
    response->set_next_page_token(EncodePageToken({revision.number, end, ""}, binding));
  }
  return absl::OkStatus();
}

absl::Status CustomerHandlers::EraseCustomer(const CallContext& call,
                                             const v1::EraseCustomerRequest& request,
                                             v1::EraseCustomerResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const WorkspacePtr workspace,
                          FindWorkspace(registry_, request.workspace()));
  if (request.customer().empty()) return FieldError("customer", "name a customer");
  const absl::StatusOr<int64_t> revision = workspace->EraseCustomer(request.customer());
  if (revision.status().code() == absl::StatusCode::kNotFound) {
    return WithDefaultReason(revision.status(), "CUSTOMER_NOT_FOUND");
  }
  if (!revision.ok()) return revision.status();
  response->set_revision(*revision);
  return absl::OkStatus();
}

}  // namespace strata::rpc
