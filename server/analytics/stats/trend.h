#ifndef STRATA_SERVER_ANALYTICS_STATS_TREND_H_
#define STRATA_SERVER_ANALYTICS_STATS_TREND_H_

#include "absl/types/span.h"

namespace strata::analytics::stats {

// A monotone trend in a series of equal steps.
struct Trend {
  double slope = 0;      // Theil-Sen: the median of all pairwise slopes, a step
  double intercept = 0;  // median of y - slope * i, at the first step (i = 0)
  double s = 0;          // Mann-Kendall: pairs that rise minus pairs that fall
  double p_rising = 1;   // one-sided, normal with continuity and tie correction
  double p_falling = 1;
};

// Needs two values or more; p is 1 below four. Costs O(n^2).
Trend TheilSen(absl::Span<const double> series);

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_TREND_H_
