#include "server/analytics/insight/signals/lost.h"

#include <algorithm>
#include <optional>

#include "server/analytics/facts/customer_events.h"
#include "server/analytics/facts/exposure.h"
#include "server/analytics/insight/signals/warning_portfolio.h"
#include "server/analytics/stats/multiple_testing.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr int kLeastDaysOfRhythm = 3;
// Seasonal customers have been silent nearly as long before; their pauses differ by chance.
constexpr double kTimesLongestGap = 1.5;

// What one worker found.
struct alignas(64) Findings {
  std::vector<LostCustomer> candidates;
  int64_t tests = 0;
};

MicrosSum RevenueOf(const facts::CustomerEvents& events, Day after, Day until) {
  MicrosSum revenue = 0;
  for (const facts::OrderEvent& order : events.orders) {
    if (order.day > until) break;
    if (order.day > after && order.recognised) revenue += order.amount;
  }
  return revenue;
}

struct Rhythm {
  int days = 0;         // with purchases in (after, until]
  int longest_gap = 0;  // days between two purchases, of the whole history
};

Rhythm RhythmOf(const facts::CustomerEvents& events, Day after, Day until) {
  Rhythm rhythm;
  Day before = kNoDay;
  ForEachOrderDay(events, until, [&](Day day) {
    rhythm.days += day > after;
    if (before != kNoDay) rhythm.longest_gap = std::max<int>(rhythm.longest_gap, day - before);
    before = day;
  });
  return rhythm;
}

}  // namespace

absl::StatusOr<LostCustomers> FindLostCustomers(const image::Revision& revision, Day as_of,
                                                const LostOptions& options, const StopToken& stop) {
  const WarningFrame frame(as_of, *revision.calendar);
  STRATA_ASSIGN_OR_RETURN(const WarningPortfolio portfolio,
                          DescribePortfolio(revision, frame, stop));
  const double rate = options.false_discovery_rate;
  const int inactivity_days = revision.settings->inactivity_days;
  std::vector<Findings> parts(ScanWorkers());
  STRATA_RETURN_IF_ERROR(facts::ForEachCustomer(
      revision, stop, [&](size_t worker, const facts::CustomerEvents& events) {
        const facts::Purchases purchases = facts::PurchasesOf(events, as_of);
        if (purchases.last == kNoDay) return;
        const Day year_after = Calendar::ShiftLastDay(purchases.last, -12);
        const Day begins = facts::ExposedAfter(purchases.first, year_after);
        const Rhythm rhythm = RhythmOf(events, begins, purchases.last);
        if (rhythm.days < kLeastDaysOfRhythm) return;
        Findings& findings = parts[worker];
        ++findings.tests;
        if (!facts::IsBeyondTurning(events, purchases, as_of, inactivity_days)) return;
        if (as_of - purchases.last <= kTimesLongestGap * rhythm.longest_gap) return;
        const double p =
            SilenceP(portfolio, rhythm.days, portfolio.season.Exposure(begins, purchases.last),
                     portfolio.season.Exposure(purchases.last, as_of));
        if (p > rate) return;
        LostCustomer& lost = findings.candidates.emplace_back();
        lost.slot = events.slot;
        lost.last_purchase = purchases.last;
        lost.value = RevenueOf(events, year_after, purchases.last);
        lost.usual_gap = static_cast<double>(purchases.last - begins) / rhythm.days;
        lost.p = p;
      }));

  LostCustomers result;
  std::vector<LostCustomer> candidates;
  for (const Findings& part : parts) {
    result.tests += part.tests;
    candidates.insert(candidates.end(), part.candidates.begin(), part.candidates.end());
  }
  std::vector<double> p_values;
  for (const LostCustomer& candidate : candidates) p_values.push_back(candidate.p);
  const std::vector<double> q_values =
      stats::BenjaminiHochberg(p_values, static_cast<size_t>(result.tests));
  for (size_t i = 0; i < candidates.size(); ++i) {
    candidates[i].q = q_values[i];
    if (candidates[i].q > rate) continue;
    result.value += candidates[i].value;
    result.customers.push_back(candidates[i]);
  }
  std::sort(result.customers.begin(), result.customers.end(),
            [](const LostCustomer& a, const LostCustomer& b) {
              return a.value != b.value ? a.value > b.value : a.slot < b.slot;
            });
  return result;
}

}  // namespace strata::analytics::insight
