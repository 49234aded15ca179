// What to keep an eye on: the request in, the list of each kind out.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "server/analytics/fields/field.h"
#include "server/analytics/segment/population.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/meta.h"
#include "server/rpc/services/insight_words.h"
#include "server/rpc/services/signal_list.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/insight_service.handlers.h"

namespace strata::rpc {
namespace {

absl::StatusOr<std::set<int>> KindsOf(const v1::ListSignalsRequest& request) {
  std::set<int> kinds;
  for (const int kind : request.kinds()) {
    if (kind == v1::SIGNAL_KIND_UNSPECIFIED) continue;
    if (!v1::SignalKind_IsValid(kind)) return FieldError("kinds", "this is none of its values");
    kinds.insert(kind);
  }
  if (kinds.empty()) {
    kinds = {v1::SIGNAL_KIND_EARLY_WARNING, v1::SIGNAL_KIND_EMERGING, v1::SIGNAL_KIND_NEW,
             v1::SIGNAL_KIND_LOST,          v1::SIGNAL_KIND_RENEWAL,  v1::SIGNAL_KIND_UNOWNED};
  }
  return kinds;
}

}  // namespace

absl::Status InsightHandlers::ListSignals(const CallContext& call,
                                          const v1::ListSignalsRequest& request,
                                          v1::ListSignalsResponse* response) {
  STRATA_ASSIGN_OR_RETURN(
      const double rate,
      InRange("false_discovery_rate", request.false_discovery_rate(), 0.1, 0.0001, 0.9999));
  STRATA_ASSIGN_OR_RETURN(const int days,
                          InRange("renewal_days", request.renewal_days(), 90, 1, 3'660));
  STRATA_ASSIGN_OR_RETURN(const int limit, InRange("limit", request.limit(), 50, 1, 10'000));
  STRATA_ASSIGN_OR_RETURN(const std::set<int> kinds, KindsOf(request));
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const analytics::fields::Scope& scope = pinned.scope;
  const image::Revision& revision = *scope.revision;
  std::vector<std::string> fields = {"display_name", "tier", "account_owner", "revenue_365d",
                                     "revenue_rank"};
  if (kinds.count(v1::SIGNAL_KIND_RENEWAL) > 0 &&
      analytics::fields::FieldCatalogue(revision).Find("health").ok()) {
    fields.emplace_back("health");
  }
  STRATA_ASSIGN_OR_RETURN(analytics::segment::Population population,
                          analytics::segment::SelectCustomers(scope, fields));

  analytics::fields::ResultInfo info = population.info;
  SignalList list(scope, population, limit, rate, response);
  const auto asked = [&kinds](v1::SignalKind kind) { return kinds.count(kind) > 0; };
  if (asked(v1::SIGNAL_KIND_EARLY_WARNING)) STRATA_RETURN_IF_ERROR(list.AddWarnings(&info));
  if (asked(v1::SIGNAL_KIND_EMERGING)) STRATA_RETURN_IF_ERROR(list.AddEmerging(&info));
  if (asked(v1::SIGNAL_KIND_NEW)) STRATA_RETURN_IF_ERROR(list.AddNewcomers(&info));
  if (asked(v1::SIGNAL_KIND_LOST)) STRATA_RETURN_IF_ERROR(list.AddLost(&info));
  if (asked(v1::SIGNAL_KIND_RENEWAL)) STRATA_RETURN_IF_ERROR(list.AddRenewals(days, &info));
  if (asked(v1::SIGNAL_KIND_UNOWNED)) STRATA_RETURN_IF_ERROR(list.AddUnowned(&info));

  info.current_values.push_back("order.status");  // what counts as revenue
  if (response->tests() > 0) {
    info.current_values.push_back("contract.status");  // who is beyond turning
  }
  ToProto(revision, info, response->mutable_meta());
  const auto& families = response->families();
  const bool tested =
      std::any_of(families.begin(), families.end(),
                  [](const v1::SignalFamily& family) { return family.false_discovery_rate() > 0; });
  SetCoverage(
      info.customers_used, response->tests(), 0,
      tested && response->tests() == 0 ? "no customer has a history long enough to be tested" : "",
      response->mutable_coverage());
  response->set_false_discovery_rate(rate);
  return absl::OkStatus();
}

}  // namespace strata::rpc
