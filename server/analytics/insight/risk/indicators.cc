#include "server/analytics/insight/risk/indicators.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "server/analytics/facts/exposure.h"
#include "server/analytics/stats/multiple_testing.h"
#include "server/analytics/stats/ranks.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr int kQuarters = 8;
constexpr int kLags = 4;

// The values of every feature at every lag, of customers who declined and who did not.
struct Samples {
  std::vector<double> values[kLags][kRiskFeatures][2];  // [1]: declined

  void Add(int lag, const RiskFeatureRow& row, bool declined) {
    for (size_t j = 0; j < kRiskFeatures; ++j) values[lag][j][declined].push_back(row[j]);
  }
};

// Amounts ordered in the quarters before `running`, index 0 the latest.
std::array<double, kQuarters + 4> QuarterAmounts(const facts::CustomerEvents& events,
                                                 const Calendar& calendar, int32_t running) {
  std::array<double, kQuarters + 4> amounts{};
  for (const facts::OrderEvent& order : events.orders) {
    const int32_t back = running - 1 - calendar.PeriodOf(PeriodUnit::kQuarter, order.day);
    if (back >= 0 && back < static_cast<int32_t>(amounts.size())) {
      amounts[back] += ToDouble(order.amount);
    }
  }
  return amounts;
}

void Visit(const facts::CustomerEvents& events, const Calendar& calendar, int32_t running,
           double drop, Samples& samples) {
  const auto amounts = QuarterAmounts(events, calendar, running);
  // Features as of the end of the quarter `back` quarters before the running one, made when needed.
  std::array<std::optional<std::optional<RiskFeatureRow>>, kQuarters + kLags + 1> features;
  const Day as_of = calendar.FirstDay(PeriodUnit::kQuarter, running) - 1;
  const Day first_purchase = facts::PurchasesOf(events, as_of).first;
  for (int back = 0; back < kQuarters; ++back) {
    // A drop is one from a year in which the customer could buy all the time.
    const Day year_begins = calendar.FirstDay(PeriodUnit::kQuarter, running - 1 - back - 4);
    if (first_purchase == kNoDay || first_purchase > year_begins) break;
    const double before =
        (amounts[back + 1] + amounts[back + 2] + amounts[back + 3] + amounts[back + 4]) / 4;
    if (!(before > 0)) continue;
    const bool declined = amounts[back] <= (1 - drop) * before;
    for (int lag = 0; lag < kLags; ++lag) {
      auto& row = features[back + lag + 1];
      if (!row.has_value()) {
        const Day day = calendar.FirstDay(PeriodUnit::kQuarter, running - 1 - back - lag) - 1;
        row = RiskFeaturesOf(events, day, calendar);
      }
      if (row->has_value()) samples.Add(lag, **row, declined);
    }
  }
}

}  // namespace

absl::StatusOr<IndicatorRanking> RankIndicators(const image::Revision& revision, Day as_of,
                                                double drop, const StopToken& stop) {
  const Calendar& calendar = *revision.calendar;
  const int32_t running = calendar.PeriodOf(PeriodUnit::kQuarter, as_of + 1);
  std::vector<Samples> parts(ScanWorkers());
  STRATA_RETURN_IF_ERROR(facts::ForEachCustomer(
      revision, stop, [&](size_t worker, const facts::CustomerEvents& events) {
        Visit(events, calendar, running, drop, parts[worker]);
      }));
  // Which worker saw which customer must not show: values are sorted before they are used.
  const auto collect = [&parts](int lag, size_t feature, int side) {
    std::vector<double> all;
    for (const Samples& part : parts) {
      const std::vector<double>& values = part.values[lag][feature][side];
      all.insert(all.end(), values.begin(), values.end());
    }
    std::sort(all.begin(), all.end());
    return all;
  };

  IndicatorRanking ranking;
  ranking.quarters = kQuarters;
  std::vector<Indicator> tested;
  std::vector<double> p_values;
  for (size_t feature = 0; feature < kRiskFeatures; ++feature) {
    for (int lag = 0; lag < kLags; ++lag) {
      STRATA_RETURN_IF_ERROR(stop.Check());
      const std::vector<double> cases = collect(lag, feature, 1);
      const std::vector<double> controls = collect(lag, feature, 0);
      if (lag == 0 && feature == 0) {
        ranking.cases = static_cast<int64_t>(cases.size());
        ranking.controls = static_cast<int64_t>(controls.size());
      }
      const std::optional<stats::Auc> auc = stats::DeLongAuc(cases, controls);
      if (!auc.has_value()) continue;
      Indicator indicator{static_cast<RiskFeature>(feature), lag + 1, *auc};
      indicator.p = stats::RankSumTest(cases, controls, stats::Tail::kTwoSided).p;
      indicator.high_announces = auc->auc >= 0.5;
      tested.push_back(indicator);
      p_values.push_back(indicator.p);
    }
  }
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  for (size_t i = 0; i < tested.size(); ++i) tested[i].q = q_values[i];

  const auto distance = [](const Indicator& indicator) {
    return std::fabs(indicator.auc.auc - 0.5);
  };
  for (const Indicator& candidate : tested) {
    const auto same =
        std::find_if(ranking.indicators.begin(), ranking.indicators.end(),
                     [&](const Indicator& best) { return best.feature == candidate.feature; });
    if (same == ranking.indicators.end()) {
      ranking.indicators.push_back(candidate);
    } else if (distance(candidate) > distance(*same)) {
      *same = candidate;
    }
  }
  std::stable_sort(
      ranking.indicators.begin(), ranking.indicators.end(),
      [&](const Indicator& a, const Indicator& b) { return distance(a) > distance(b); });
  return ranking;
}

}  // namespace strata::analytics::insight
