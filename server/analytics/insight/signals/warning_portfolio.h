#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_WARNING_PORTFOLIO_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_WARNING_PORTFOLIO_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/facts/customer_events.h"
#include "server/analytics/facts/delivery.h"
#include "server/analytics/facts/exposure.h"
#include "server/analytics/facts/seen.h"
#include "server/analytics/insight/signals/season.h"
#include "server/analytics/stats/rates.h"
#include "server/base/stop.h"

// What early warnings compare each customer with: the days that the tests speak of, and what the
// portfolio is like.

namespace strata::analytics::insight {

// Days with purchases are counted, not orders: several orders of one day are one decision.
template <typename Visit>
void ForEachOrderDay(const facts::CustomerEvents& events, Day as_of, Visit visit) {
  Day last = kNoDay;
  for (const facts::OrderEvent& order : events.orders) {
    if (order.day > as_of) break;
    if (order.day == last || !facts::IsPurchase(order)) continue;
    last = order.day;
    visit(order.day);
  }
}

// The days that every test speaks of. What depends on a day alone is worked out here once, for a
// million customers ask for it.
class WarningFrame {
 public:
  // Order tests look at this many quarters, the last one included.
  static constexpr size_t kQuarters = 6;

  WarningFrame(Day as_of, const Calendar& calendar);

  Day as_of() const { return quarters_[0]; }
  Day recent_after() const { return quarters_[1]; }           // the last quarter: (it, as_of]
  Day earlier_after() const { return quarters_[5]; }          // the year before it
  Day history_after() const { return quarters_[kQuarters]; }  // all that order tests look at
  Day season_after() const { return season_after_; }          // whole years up to recent_after
  // The last day before the last k quarters: of quarter k the days are (quarters()[k + 1],
  // quarters()[k]].
  const std::array<Day, kQuarters + 1>& quarters() const { return quarters_; }

  const facts::Seen& seen() const { return seen_; }
  Day DayOf(Millis time) const { return calendar_.DayOf(time); }
  const facts::DeliveryRule& deliveries() const { return deliveries_; }
  // 0 the last quarter, 1 the year before it, -1 neither.
  int WindowOf(Day day) const {
    if (day > as_of() || day <= earlier_after()) return -1;
    return day > recent_after() ? 0 : 1;
  }

  // Of days in (season_after, recent_after]: the month, 0 to 11.
  bool InSeason(Day day) const { return day > season_after_ && day <= recent_after(); }
  size_t MonthOf(Day day) const { return month_of_day_[static_cast<size_t>(day - season_after_)]; }

  // Season::Exposure of days in (history_after, as_of].
  double Exposure(const Season& season, Day after, Day until) const;

 private:
  using Months = std::array<double, 12>;

  std::array<Day, kQuarters + 1> quarters_;
  const Day season_after_;
  const facts::Seen seen_;
  const Calendar& calendar_;
  const facts::DeliveryRule deliveries_;
  std::vector<uint8_t> month_of_day_;  // from season_after on
  // Share of each month in the days (history_after, history_after + i].
  std::vector<Months> months_until_;
};

struct WarningPortfolio {
  // Of the two years before the last quarter. In each of them those customers count who were
  // exposed all through it and did not leave in it, so that neither newcomers nor leavers look like
  // a season. Shrunk towards a flat year by as much as the counts may differ by chance; flat where
  // nobody was exposed for a year.
  Season season;
  double dispersion = 1;  // of quarterly order counts: variance over mean, at least 1
  stats::GammaPrior prior;
};

// The chance of so long a gap after so many days with purchases, the last of which began it, over
// the exposure from where it began to where the gap does: gamma-Poisson with the portfolio's prior
// and the last day left out, and, if that is more, the chance that so many days all fall before the
// gap. The second asks for no prior, which may be far off for a customer unlike the others.
double SilenceP(const WarningPortfolio& portfolio, double days, double seen, double gap);

inline constexpr int kLeastEarlierEvents = 4;

// One scan.
absl::StatusOr<WarningPortfolio> DescribePortfolio(const image::Revision& revision,
                                                   const WarningFrame& frame,
                                                   const StopToken& stop);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_WARNING_PORTFOLIO_H_
