// Escalation risk, its backtest and the indicators of decline: analytics in, protobuf out.
#include <algorithm>
#include <string>
#include <vector>

#include "server/analytics/insight/risk/current_risk.h"
#include "server/analytics/insight/risk/indicators.h"
#include "server/analytics/insight/risk/risk_backtest.h"
#include "server/analytics/insight/risk/risk_model.h"
#include "server/analytics/segment/population.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/meta.h"
#include "server/rpc/convert/risk.h"
#include "server/rpc/services/insight_words.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/insight_service.handlers.h"

namespace strata::rpc {
namespace {

using analytics::insight::RiskFeature;
using analytics::insight::RiskModel;

constexpr int kBacktestQuarters = 4;

template <typename Out>
void AddPrecision(const std::vector<analytics::insight::PrecisionAt>& precision, Out* out) {
  for (const analytics::insight::PrecisionAt& at : precision) {
    v1::PrecisionAt* made = out->add_precision();
    made->set_k(at.k);
    made->set_precision(at.precision);
    made->set_recall(at.recall);
  }
}

std::string TextOf(const analytics::fields::FeatureColumn& column, image::Slot slot) {
  return column.texts[column.codes[slot]];
}

// INVALID_ARGUMENT when the request restricts what the model looks at: it learns from everybody.
absl::Status RefuseFilter(const v1::QueryScope& scope) {
  if (!scope.filter().empty()) {
    return FieldError("scope.filter", "the model is about all customers; leave the filter out");
  }
  if (!scope.segment().empty()) {
    return FieldError("scope.segment", "the model is about all customers; leave the segment out");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status InsightHandlers::RankEscalationRisk(const CallContext& call,
                                                 const v1::RankEscalationRiskRequest& request,
                                                 v1::RankEscalationRiskResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const int limit, InRange("limit", request.limit(), 50, 1, 10'000));
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const analytics::fields::Scope& scope = pinned.scope;
  const image::Revision& revision = *scope.revision;
  STRATA_ASSIGN_OR_RETURN(analytics::segment::Population population,
                          analytics::segment::SelectCustomers(
                              scope, {"display_name", "revenue_365d", "tier", "account_owner"}));

  STRATA_ASSIGN_OR_RETURN(const analytics::insight::CurrentRisk risk,
                          analytics::insight::AssessCurrentRisk(revision, scope.as_of, call.stop));
  const RiskModel& model = risk.model;
  STRATA_ASSIGN_OR_RETURN(
      const analytics::insight::RiskBacktest backtest,
      analytics::insight::BacktestRisk(revision, scope.as_of, kBacktestQuarters, {20}, call.stop));

  std::vector<std::pair<double, const analytics::insight::RiskRow*>> ranked;
  for (const analytics::insight::RiskRow& row : risk.now.rows) {
    if (population.include[row.slot]) ranked.emplace_back(model.Risk(row.features), &row);
  }
  std::sort(ranked.begin(), ranked.end(), [&revision](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first > b.first;
    return revision.CustomerId(a.second->slot) < revision.CustomerId(b.second->slot);
  });

  population.info.notes.push_back(backtest.verdict);
  ToProto(revision, population.info, response->mutable_meta());
  SetCoverage(static_cast<int64_t>(ranked.size()), model.rows(), 0,
              ranked.empty() ? "no customer had an order or a ticket in the year up to as_of"
                             : model.reason(),
              response->mutable_coverage());
  ToProto(model, response->mutable_model());
  response->set_beats_base_rate(backtest.beats_base_rate);
  for (size_t i = 0; i < std::min<size_t>(ranked.size(), static_cast<size_t>(limit)); ++i) {
    const image::Slot slot = ranked[i].second->slot;
    v1::RankedRisk* made = response->add_customers();
    made->set_customer(std::string(revision.CustomerId(slot)));
    made->set_display_name(TextOf(population.features.Column("display_name"), slot));
    made->set_risk(ranked[i].first);
    Money(population.features.Column("revenue_365d").Sums()[slot], made->mutable_revenue_365d());
    made->set_tier(TextOf(population.features.Column("tier"), slot));
    made->set_account_owner(TextOf(population.features.Column("account_owner"), slot));
    AddDrivers(model, ranked[i].second->features, made);
  }
  return absl::OkStatus();
}

absl::Status InsightHandlers::BacktestRisk(const CallContext& call,
                                           const v1::BacktestRiskRequest& request,
                                           v1::BacktestRiskResponse* response) {
  STRATA_RETURN_IF_ERROR(RefuseFilter(request.scope()));
  STRATA_ASSIGN_OR_RETURN(const int quarters,
                          InRange("quarters", request.quarters(), kBacktestQuarters, 1, 40));
  std::vector<int> at(request.at().begin(), request.at().end());
  if (at.empty()) at = {10, 20, 50};
  std::sort(at.begin(), at.end());
  if (at.front() < 1 || at.size() > 20) return FieldError("at", "up to 20 numbers from 1 on");
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const image::Revision& revision = *pinned.scope.revision;
  STRATA_ASSIGN_OR_RETURN(
      const analytics::insight::RiskBacktest result,
      analytics::insight::BacktestRisk(revision, pinned.scope.as_of, quarters, at, call.stop));

  analytics::fields::ResultInfo info = analytics::fields::InfoAsOf(pinned.scope);
  info.records_used = result.customers;
  ToProto(revision, info, response->mutable_meta());
  SetCoverage(result.customers, result.events, 0, result.auc.has_value() ? "" : result.verdict,
              response->mutable_coverage());
  for (const analytics::insight::BacktestQuarter& quarter : result.quarters) {
    v1::BacktestQuarter* made = response->add_quarters();
    made->set_quarter(revision.calendar->Label(
        PeriodUnit::kQuarter, revision.calendar->PeriodOf(PeriodUnit::kQuarter, quarter.start)));
    ToProto(quarter.model, made->mutable_model());
    made->set_customers(quarter.customers);
    made->set_events(quarter.events);
    ToProto(quarter.auc, made->mutable_auc());
    ToProto(quarter.auc_tickets, made->mutable_auc_tickets());
    ToProto(quarter.auc_revenue_drop, made->mutable_auc_revenue_drop());
    AddPrecision(quarter.precision, made);
  }
  ToProto(result.auc, response->mutable_auc());
  response->set_base_rate(result.base_rate);
  AddPrecision(result.precision, response);
  for (const analytics::insight::RiskBacktest::Bin& bin : result.calibration) {
    v1::CalibrationBin* made = response->add_calibration();
    made->set_predicted(bin.predicted);
    made->set_observed(bin.observed);
    made->set_customers(bin.customers);
  }
  NumberOrNull(result.median_lead_days, response->mutable_median_lead_days());
  response->set_beats_base_rate(result.beats_base_rate);
  response->set_verdict(result.verdict);
  return absl::OkStatus();
}

absl::Status InsightHandlers::RankIndicators(const CallContext& call,
                                             const v1::RankIndicatorsRequest& request,
                                             v1::RankIndicatorsResponse* response) {
  STRATA_RETURN_IF_ERROR(RefuseFilter(request.scope()));
  STRATA_ASSIGN_OR_RETURN(const double drop, InRange("drop", request.drop(), 0.3, 0.01, 1.0));
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const image::Revision& revision = *pinned.scope.revision;
  STRATA_ASSIGN_OR_RETURN(
      const analytics::insight::IndicatorRanking result,
      analytics::insight::RankIndicators(revision, pinned.scope.as_of, drop, call.stop));

  analytics::fields::ResultInfo info = analytics::fields::InfoAsOf(pinned.scope);
  info.records_used = result.cases + result.controls;
  ToProto(revision, info, response->mutable_meta());
  SetCoverage(result.cases + result.controls, result.cases, 0,
              result.indicators.empty() ? "no past quarter holds both customers who declined and "
                                          "customers who did not"
                                        : "",
              response->mutable_coverage());
  for (const analytics::insight::Indicator& indicator : result.indicators) {
    v1::Indicator* made = response->add_indicators();
    made->set_feature(std::string(NameOf(indicator.feature)));
    made->set_meaning(std::string(MeaningOf(indicator.feature)));
    made->set_best_lag_quarters(indicator.lag_quarters);
    ToProto(indicator.auc, made->mutable_auc());
    made->set_p(indicator.p);
    made->set_q(indicator.q);
    made->set_direction(indicator.high_announces ? "high values announce a decline"
                                                 : "low values announce a decline");
    made->set_cases(indicator.auc.cases);
    made->set_controls(indicator.auc.controls);
  }
  return absl::OkStatus();
}

}  // namespace strata::rpc
