#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_SEASON_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_SEASON_H_

#include <array>
#include <vector>

#include "absl/types/span.h"
#include "server/domain/calendar.h"
#include "server/domain/day.h"

namespace strata::analytics::insight {

// What was counted in each of some periods against what an even course would have brought, drawn
// towards 1 by as much as chance explains the differences (by moments); all 1 where it explains
// them all, and where nothing was expected.
std::vector<double> CourseOf(absl::Span<const double> counts, absl::Span<const double> expected);

// How busy each calendar month is, January first, 1 on average over a year. Exposure counted with
// it makes a low season no sign of decline.
class Season {
 public:
  // Every month alike.
  Season() { weights_.fill(1); }

  // From events counted by calendar month over whole years. The counts are shrunk towards `towards`
  // with the weight of `pseudo_events` a month; 0 takes them as they are.
  static Season FromCounts(const std::array<double, 12>& by_month, const Season& towards,
                           double pseudo_events);

  double weight(int month) const { return weights_[static_cast<size_t>(month - 1)]; }

  // Busy months in the days (after, until]: a day weighs its month's weight over that month's days.
  double Exposure(Day after, Day until) const;

 private:
  std::array<double, 12> weights_;
};

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_SEASON_H_
