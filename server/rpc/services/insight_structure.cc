// Concentration, distribution, volatility and retention: analytics in, protobuf out.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/analytics/classes/abc.h"
#include "server/analytics/classes/revenue_order.h"
#include "server/analytics/insight/revenue/concentration.h"
#include "server/analytics/insight/revenue/distribution.h"
#include "server/analytics/insight/revenue/retention.h"
#include "server/analytics/insight/revenue/segment_volatility.h"
#include "server/analytics/kpi/query.h"
#include "server/analytics/segment/population.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/kpi.h"
#include "server/rpc/convert/meta.h"
#include "server/rpc/convert/value.h"
#include "server/rpc/services/insight_words.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/insight_service.handlers.h"

namespace strata::rpc {
namespace {

using analytics::segment::Population;
using image::Slot;

// Customers with purchases or returns in the range, by revenue, highest first.
struct RevenueRanking {
  std::vector<Slot> slots;
  std::vector<MicrosSum> descending;
  int64_t orders = 0;  // purchases
};

RevenueRanking RankByRevenue(const image::Revision& revision, const Population& population,
                             const analytics::segment::CustomerRevenue& sums) {
  RevenueRanking ranking;
  for (const Slot slot : population.Slots()) {
    if (sums.orders[slot] == 0 && sums.refunds[slot] == 0) continue;
    ranking.slots.push_back(slot);
    ranking.orders += sums.orders[slot];
  }
  analytics::classes::SortByRevenue(ranking.slots, sums.revenue,
                                    revision.dictionaries->customer_ids);
  const analytics::facts::SumView revenue = sums.revenue;
  for (const Slot slot : ranking.slots) ranking.descending.push_back(revenue[slot]);
  return ranking;
}

void ToProto(const image::Revision& revision, const RevenueRanking& ranking,
             const analytics::insight::Concentration::Top& loss, v1::RevenueLoss* out) {
  out->set_customers(static_cast<int32_t>(loss.customers));
  Money(loss.revenue, out->mutable_revenue());
  out->set_share(loss.share);
  for (int64_t i = 0; i < loss.customers; ++i) {
    out->add_names(std::string(revision.CustomerId(ranking.slots[static_cast<size_t>(i)])));
  }
}

}  // namespace

absl::Status InsightHandlers::AnalyzeConcentration(const CallContext& call,
                                                   const v1::AnalyzeConcentrationRequest& request,
                                                   v1::AnalyzeConcentrationResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const int points,
                          InRange("lorenz_points", request.lorenz_points(), 100, 1, 1'000));
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const image::Revision& revision = *pinned.scope.revision;
  STRATA_ASSIGN_OR_RETURN(Population population,
                          analytics::segment::SelectCustomers(pinned.scope, {}));
  STRATA_ASSIGN_OR_RETURN(const analytics::segment::CustomerRevenue sums,
                          analytics::segment::SumRevenue(pinned.scope));
  const RevenueRanking ranking = RankByRevenue(revision, population, sums);
  const analytics::insight::Concentration result = analytics::insight::MeasureConcentration(
      ranking.descending, points, analytics::classes::AbcRule(*revision.settings));

  population.info.records_used = ranking.orders;
  if (result.left_out > 0) {
    population.info.left_out.push_back({"customers with revenue of zero or less", result.left_out});
  }
  population.info.current_values.emplace_back("order.status");  // what counts as revenue
  ToProto(revision, population.info, response->mutable_meta());
  SetCoverage(result.customers, ranking.orders, result.left_out,
              result.customers == 0 ? "no customer has positive revenue in the range" : "",
              response->mutable_coverage());
  if (result.customers == 0) return absl::OkStatus();
  Money(result.revenue, response->mutable_revenue());
  response->set_gini(result.gini);
  response->set_gini_corrected(result.gini_corrected);
  response->set_hhi(result.hhi);
  response->set_effective_number(result.effective_number);
  for (const analytics::insight::Concentration::Top& top : result.top) {
    v1::TopShare* made = response->add_top();
    made->set_population(top.share_bp / 10'000.0);
    made->set_customers(top.customers);
    Money(top.revenue, made->mutable_revenue());
    made->set_share(top.share);
  }
  response->set_customers_for_80(result.customers_for_80);
  for (const analytics::insight::Concentration::Class& abc : result.abc) {
    v1::AbcClass* made = response->add_abc();
    made->set_name(std::string(1, abc.name));
    made->set_customers(abc.customers);
    Money(abc.revenue, made->mutable_revenue());
    made->set_share(abc.share);
  }
  ToProto(revision, ranking, result.losing_first, response->add_losses());
  ToProto(revision, ranking, result.losing_first_5, response->add_losses());
  for (const analytics::stats::LorenzPoint& point : result.lorenz) {
    v1::LorenzPoint* made = response->add_lorenz();
    made->set_population(point.population);
    made->set_revenue(point.value);
  }
  return absl::OkStatus();
}

namespace {

// One table of the KPI engine as a part of an answer.
absl::Status AddTable(const analytics::fields::Scope& scope, std::string title,
                      std::vector<std::string> kpis, std::vector<std::string> group_by,
                      std::vector<std::string> share_within, bool totals, v1::KpiTable* out) {
  analytics::kpi::KpiQuery query;
  query.scope = scope;
  query.kpis = std::move(kpis);
  query.group_by = std::move(group_by);
  query.share_within = std::move(share_within);
  query.totals = totals;
  STRATA_ASSIGN_OR_RETURN(analytics::kpi::KpiAnswer answer, analytics::kpi::QueryKpis(query));
  answer.table.title = std::move(title);
  rpc::ToProto(answer.table, 0, answer.table.rows.size(), out);
  return absl::OkStatus();
}

}  // namespace

absl::Status InsightHandlers::CompareDistribution(const CallContext& call,
                                                  const v1::CompareDistributionRequest& request,
                                                  v1::CompareDistributionResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const double top_share,
                          InRange("top_share", request.top_share(), 0.2, 0.0001, 1.0));
  STRATA_ASSIGN_OR_RETURN(const int bins,
                          InRange("histogram_bins", request.histogram_bins(), 20, 1, 200));
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const image::Revision& revision = *pinned.scope.revision;
  STRATA_ASSIGN_OR_RETURN(Population population,
                          analytics::segment::SelectCustomers(pinned.scope, {}));
  STRATA_ASSIGN_OR_RETURN(const analytics::segment::CustomerRevenue sums,
                          analytics::segment::SumRevenue(pinned.scope));
  const RevenueRanking ranking = RankByRevenue(revision, population, sums);
  std::vector<analytics::insight::CustomerTotals> totals;
  for (size_t i = 0; i < ranking.slots.size(); ++i) {
    const Slot slot = ranking.slots[i];
    if (sums.orders[slot] == 0) continue;  // nothing but returns
    totals.push_back({ranking.descending[i], sums.orders[slot], sums.refunds[slot]});
  }
  const auto only_returns = static_cast<int64_t>(ranking.slots.size() - totals.size());
  if (only_returns > 0) {
    population.info.left_out.push_back({"customers with returns and no purchase", only_returns});
  }
  const analytics::insight::Distribution result = analytics::insight::MeasureDistribution(
      totals, static_cast<int>(top_share * 10'000 + 0.5), bins);

  population.info.records_used = ranking.orders;
  population.info.current_values.emplace_back("order.status");  // what counts as revenue
  ToProto(revision, population.info, response->mutable_meta());
  SetCoverage(static_cast<int64_t>(totals.size()), ranking.orders, only_returns,
              totals.empty() ? "no customer has an order in the range" : "",
              response->mutable_coverage());
  response->set_top_customers(result.top_customers);
  for (const analytics::insight::Distribution::Measure& measure : result.measures) {
    v1::DistributionMeasure* made = response->add_measures();
    made->set_measure(measure.name);
    ToProto(measure.top_median, made->mutable_top_median());
    ToProto(measure.median, made->mutable_median());
    made->set_ratio(measure.ratio);
    for (const analytics::fields::Value& value : measure.percentiles)
      ToProto(value, made->add_percentiles());
  }
  for (const analytics::insight::Distribution::Bin& bin : result.histogram) {
    v1::HistogramBin* made = response->add_histogram();
    Money(bin.from, made->mutable_from());
    Money(bin.to, made->mutable_to());
    made->set_customers(bin.customers);
    made->set_top_customers(bin.top_customers);
  }
  STRATA_RETURN_IF_ERROR(
      AddTable(pinned.scope, "Orders and revenue by tier and deal size (shares within the tier)",
               {"orders", "revenue", "share_of_revenue"}, {"tier", "deal_size"}, {"tier"}, false,
               response->mutable_deal_sizes()));
  return AddTable(pinned.scope, "How each tier buys",
                  {"average_order_value", "order_frequency", "median_order_gap_days",
                   "order_gap_cv", "orders", "active_customers"},
                  {"tier"}, {}, true, response->mutable_purchasing());
}

absl::Status InsightHandlers::AnalyzeVolatility(const CallContext& call,
                                                const v1::AnalyzeVolatilityRequest& request,
                                                v1::AnalyzeVolatilityResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  STRATA_ASSIGN_OR_RETURN(
      const analytics::insight::SegmentVolatility result,
      analytics::insight::MeasureSegmentVolatility(pinned.scope, request.group_by()));
  ToProto(*pinned.scope.revision, result.info, response->mutable_meta());
  SetCoverage(result.info.customers_used, result.info.records_used, 0,
              result.groups.empty() ? "no revenue in the range" : "", response->mutable_coverage());
  for (const std::string& month : result.months) response->add_months(month);
  for (const std::string& finding : result.findings) response->add_findings(finding);
  for (const analytics::insight::SegmentVolatility::Group& group : result.groups) {
    v1::VolatilityGroup* made = response->add_groups();
    const analytics::insight::Volatility& volatility = group.volatility;
    made->set_group(group.name);
    made->set_customers(group.customers);
    made->set_months(volatility.months);
    made->set_empty_months(volatility.empty_months);
    const auto put = [&group](const std::optional<double>& number, v1::Value* out) {
      if (group.out_of_range) return out->set_null(v1::NULL_REASON_OUT_OF_RANGE);
      NumberOrNull(number, out);
    };
    put(volatility.standard_deviation, made->mutable_standard_deviation());
    const auto over_mean = [&](const std::optional<double>& number, v1::Value* out) {
      put(number, out);
      if (!number.has_value() && volatility.standard_deviation.has_value()) {
        out->set_null(v1::NULL_REASON_ZERO_DENOMINATOR);
      }
    };
    over_mean(volatility.cv, made->mutable_cv());
    over_mean(volatility.cv_of_changes, made->mutable_cv_of_changes());
    over_mean(volatility.cv_detrended, made->mutable_cv_detrended());
    made->set_halvings(volatility.halvings);
    MicrosSum total = 0;  // since the first purchase
    for (size_t month = 0; month < group.series.size(); ++month) {
      if (month >= group.first) total += group.series[month];
      Money(group.series[month], made->add_series());
    }
    if (group.out_of_range) made->mutable_mean()->set_null(v1::NULL_REASON_OUT_OF_RANGE);
    if (volatility.months == 0) continue;
    MoneyRatio(total, volatility.months, made->mutable_mean());
  }
  return absl::OkStatus();
}

absl::Status InsightHandlers::AnalyzeRetention(const CallContext& call,
                                               const v1::AnalyzeRetentionRequest& request,
                                               v1::AnalyzeRetentionResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const int months, InRange("months", request.months(), 12, 1, 60));
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const image::Revision& revision = *pinned.scope.revision;
  STRATA_ASSIGN_OR_RETURN(Population population,
                          analytics::segment::SelectCustomers(pinned.scope, {}));
  STRATA_ASSIGN_OR_RETURN(
      const analytics::insight::Retention result,
      analytics::insight::MeasureRetention(revision, pinned.scope.as_of, pinned.scope.range,
                                           population.include, months, call.stop));
  population.info.current_values.emplace_back("order.status");  // what counts as revenue
  ToProto(revision, population.info, response->mutable_meta());
  int64_t customers = 0;
  for (const analytics::insight::RetentionCohort& cohort : result.cohorts) {
    v1::Cohort* made = response->add_cohorts();
    made->set_month(revision.calendar->Label(PeriodUnit::kMonth, cohort.month));
    made->set_customers(cohort.customers);
    customers += cohort.customers;
    for (const auto& share : cohort.returned) NumberOrNull(share, made->add_returned());
    for (const auto& share : cohort.returned_or_later) {
      NumberOrNull(share, made->add_returned_or_later());
    }
  }
  for (const auto& share : result.weighted_mean) NumberOrNull(share, response->add_weighted_mean());
  SetCoverage(customers, 0, 0, customers == 0 ? "no customer has a first order in the range" : "",
              response->mutable_coverage());
  if (revision.contracts == 0) {
    response->mutable_meta()->add_notes("no revenue retention: the workspace has no contracts");
    return absl::OkStatus();
  }
  const std::vector<std::string> kpis = {"nrr",
                                         "grr",
                                         "recurring_new",
                                         "recurring_expansion",
                                         "recurring_contraction",
                                         "recurring_churn",
                                         "recurring_reactivation"};
  STRATA_RETURN_IF_ERROR(AddTable(pinned.scope, "Revenue retention by quarter", kpis, {"quarter"},
                                  {}, false, response->add_revenue_retention()));
  return AddTable(pinned.scope, "Revenue retention by quarter and tier", kpis, {"quarter", "tier"},
                  {}, false, response->add_revenue_retention());
}

}  // namespace strata::rpc
