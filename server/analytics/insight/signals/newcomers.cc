#include "server/analytics/insight/signals/newcomers.h"

#include <algorithm>

#include "server/analytics/facts/customer_events.h"
#include "server/analytics/facts/exposure.h"
#include "server/analytics/insight/signals/strategic_threshold.h"
#include "server/analytics/insight/signals/warning_portfolio.h"
#include "server/analytics/stats/combined_p.h"
#include "server/analytics/stats/multiple_testing.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr int kLeastMonths = 3;
constexpr int kLeastDays = 3;
constexpr double kMonthsAYear = 12;

// The customer's amounts after the first purchase; p still to be found.
struct Start {
  Newcomer newcomer;
  double exposure = 0;  // months of the portfolio's season
  double squares = 0;   // of the amounts of its days
};

Start StartOf(const facts::CustomerEvents& events, const facts::Purchases& purchases, Day as_of) {
  Start start;
  start.newcomer.slot = events.slot;
  start.newcomer.first_purchase = purchases.first;
  Day day = kNoDay;
  double of_day = 0;
  const auto close_day = [&] {
    start.squares += of_day * of_day;
    of_day = 0;
  };
  for (const facts::OrderEvent& order : events.orders) {
    if (order.day > as_of) break;
    if (order.day <= purchases.first) continue;
    // Returns take off what was bought, and are no day with a purchase.
    const double amount = ToDouble(order.amount);
    start.newcomer.amount += amount;
    if (!facts::IsPurchase(order)) continue;
    if (order.day != day) {
      close_day();
      ++start.newcomer.days;
      day = order.day;
    }
    of_day += amount;
  }
  close_day();
  return start;
}

// Orders of equal size, as many as would vary as much as the customer's do, against as many as the
// threshold would have brought.
double StrongStartP(const Start& start, double threshold, double dispersion) {
  const double amount = start.newcomer.amount;
  if (start.newcomer.days < kLeastDays || !(amount > 0) || !(start.squares > 0)) return 1;
  const double size = start.squares / amount * dispersion;
  return stats::AtLeastP(amount / size, threshold * start.exposure / size);
}

}  // namespace

absl::StatusOr<Newcomers> FindNewcomers(const image::Revision& revision, Day as_of,
                                        const NewcomerOptions& options, const StopToken& stop) {
  const WarningFrame frame(as_of, *revision.calendar);
  STRATA_ASSIGN_OR_RETURN(const WarningPortfolio portfolio,
                          DescribePortfolio(revision, frame, stop));
  const int inactivity_days = revision.settings->inactivity_days;
  TrailingYears years;
  std::vector<std::vector<Start>> parts(ScanWorkers());
  STRATA_RETURN_IF_ERROR(facts::ForEachCustomer(
      revision, stop, [&](size_t worker, const facts::CustomerEvents& events) {
        years.Look(worker, events, as_of);
        const facts::Purchases purchases = facts::PurchasesOf(events, as_of);
        if (!facts::HasHistory(purchases.first, as_of, kLeastMonths) ||
            facts::HasHistory(purchases.first, as_of, facts::kMonthsOfHistory) ||
            facts::IsBeyondTurning(events, purchases, as_of, inactivity_days)) {
          return;
        }
        Start start = StartOf(events, purchases, as_of);
        start.exposure = portfolio.season.Exposure(purchases.first, as_of);
        parts[worker].push_back(start);
      }));

  Newcomers result;
  result.threshold = ToDouble(years.Threshold(options.strategic_share_bp)) / kMonthsAYear;
  std::vector<Newcomer> tested;
  std::vector<double> p_values;
  for (const std::vector<Start>& part : parts) {
    for (const Start& start : part) {
      Newcomer& newcomer = tested.emplace_back(start.newcomer);
      newcomer.monthly = newcomer.amount / start.exposure;
      newcomer.p = StrongStartP(start, result.threshold, portfolio.dispersion);
      p_values.push_back(newcomer.p);
    }
  }
  result.tests = static_cast<int64_t>(tested.size());
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  for (size_t i = 0; i < tested.size(); ++i) {
    tested[i].q = q_values[i];
    if (tested[i].q <= options.false_discovery_rate) result.customers.push_back(tested[i]);
  }
  std::sort(result.customers.begin(), result.customers.end(),
            [](const Newcomer& a, const Newcomer& b) {
              return a.monthly != b.monthly ? a.monthly > b.monthly : a.slot < b.slot;
            });
  return result;
}

}  // namespace strata::analytics::insight
