#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_WARNING_PORTFOLIO_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_WARNING_PORTFOLIO_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/insight/customer_events.h"
#include "server/analytics/insight/season.h"
#include "server/analytics/stats/rates.h"
#include "server/base/stop.h"

// What early warnings compare each customer with: the days that the tests speak of, and what the
// portfolio is like.

namespace strata::analytics {

// Days with orders are counted, not orders: several orders of one day are one purchase decision.
template <typename Visit>
void ForEachOrderDay(const CustomerEvents& events, Day as_of, Visit visit) {
  Day last = kNoDay;
  for (const OrderEvent& order : events.orders) {
    if (order.day > as_of) break;
    if (order.day == last) continue;
    last = order.day;
    visit(order.day);
  }
}

// The days that every test speaks of. What depends on a day alone is worked out here once, for a
// million customers ask for it.
class WarningFrame {
 public:
  WarningFrame(Day as_of, const Calendar& calendar);

  Day as_of() const { return as_of_; }
  Day recent_after() const { return recent_after_; }    // the last quarter: (recent_after, as_of]
  Day earlier_after() const { return earlier_after_; }  // the year before it
  Day season_after() const { return season_after_; }    // whole years up to recent_after
  // The last day before the last quarter, and before each of the four quarters that precede it.
  const std::array<Day, 5>& quarters() const { return quarters_; }

  bool Known(Millis time) const { return time != kNoTime && time < cutoff_; }
  Day DayOf(Millis time) const { return calendar_.DayOf(time); }
  // 0 the last quarter, 1 the year before it, -1 neither.
  int WindowOf(Day day) const {
    if (day > as_of_ || day <= earlier_after_) return -1;
    return day > recent_after_ ? 0 : 1;
  }

  // Of days in (season_after, recent_after]: the month, 0 to 11.
  bool InSeason(Day day) const { return day > season_after_ && day <= recent_after_; }
  size_t MonthOf(Day day) const { return month_of_day_[static_cast<size_t>(day - season_after_)]; }

  // Season::Exposure of days in (earlier_after, as_of].
  double Exposure(const Season& season, Day after, Day until) const;

 private:
  using Months = std::array<double, 12>;

  const Day as_of_, recent_after_, earlier_after_, season_after_;
  const Millis cutoff_;
  const Calendar& calendar_;
  std::array<Day, 5> quarters_;
  std::vector<uint8_t> month_of_day_;  // from season_after on
  // Share of each month in the days (earlier_after, earlier_after + i].
  std::vector<Months> months_until_;
};

struct WarningPortfolio {
  // Of the two years before the last quarter; of a shorter history, each month by as much of it as
  // there is.
  Season season;
  double dispersion = 1;  // of quarterly order counts: variance over mean, at least 1
  stats::GammaPrior prior;
};

inline constexpr int kLeastEarlierEvents = 4;
inline constexpr double kSeasonPseudoEvents = 1;  // a month, of a season's shrinkage

// One scan.
absl::StatusOr<WarningPortfolio> DescribePortfolio(const image::Revision& revision,
                                                   const WarningFrame& frame,
                                                   const StopToken& stop);

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_WARNING_PORTFOLIO_H_
