// Where leadership should intervene this quarter: analytics in, protobuf out.
#include <string>

#include "server/analytics/insight/interventions/interventions.h"
#include "server/analytics/segment/population.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/meta.h"
#include "server/rpc/convert/risk.h"
#include "server/rpc/services/insight_words.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/insight_service.handlers.h"

namespace strata::rpc {
namespace {

std::string TextOf(const analytics::fields::FeatureColumn& column, image::Slot slot) {
  return column.texts[column.codes[slot]];
}

}  // namespace

absl::Status InsightHandlers::RankInterventions(const CallContext& call,
                                                const v1::RankInterventionsRequest& request,
                                                v1::RankInterventionsResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const int limit, InRange("limit", request.limit(), 20, 1, 1'000));
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const analytics::fields::Scope& scope = pinned.scope;
  const image::Revision& revision = *scope.revision;
  STRATA_ASSIGN_OR_RETURN(
      analytics::segment::Population population,
      analytics::segment::SelectCustomers(scope, analytics::insight::InterventionFields()));
  STRATA_ASSIGN_OR_RETURN(const analytics::insight::InterventionQueue queue,
                          analytics::insight::RankInterventions(scope, population, limit));

  analytics::fields::ResultInfo& info = population.info;
  info.current_values.push_back("order.status");
  info.current_values.push_back("contract.*");
  if (queue.inactive > 0) {
    info.left_out.push_back(
        {"customers with revenue or a contract but no order or ticket in the year",
         queue.inactive});
  }
  info.notes.push_back(
      "revenue at risk = revenue of the last 365 days, or the contract value in "
      "force where that is higher, times the risk of an escalation");
  if (queue.model.is_scorecard()) {
    info.notes.push_back(
        "the risk is a score and no probability: at_risk ranks, it does not "
        "estimate a loss");
  }
  ToProto(revision, info, response->mutable_meta());
  SetCoverage(queue.ranked, queue.model.rows(), queue.inactive,
              queue.ranked == 0
                  ? "no customer with revenue or a contract had an order or a ticket in the year"
                  : queue.model.reason(),
              response->mutable_coverage());
  ToProto(queue.model, response->mutable_model());
  Money(queue.total_at_risk, response->mutable_total_at_risk());
  response->set_covered(queue.covered);
  for (const analytics::insight::Intervention& one : queue.first) {
    v1::Intervention* made = response->add_interventions();
    made->set_customer(std::string(revision.CustomerId(one.slot)));
    made->set_display_name(TextOf(population.features.Column("display_name"), one.slot));
    made->set_tier(TextOf(population.features.Column("tier"), one.slot));
    made->set_account_owner(TextOf(population.features.Column("account_owner"), one.slot));
    Money(one.revenue, made->mutable_revenue());
    made->set_risk(one.risk);
    Money(one.at_risk, made->mutable_at_risk());
    made->set_cumulative_share(one.cumulative_share);
    if (one.renewal_date.has_value()) made->set_renewal_date(FormatDay(*one.renewal_date));
    for (const analytics::insight::Reason& reason : one.reasons) made->add_reasons(reason.words);
    made->set_action(one.action);
  }
  return absl::OkStatus();
}

}  // namespace strata::rpc
