#ifndef STRATA_SERVER_ANALYTICS_STATS_WEIGHTED_COUNTS_H_
#define STRATA_SERVER_ANALYTICS_STATS_WEIGHTED_COUNTS_H_

#include <cstddef>

#include "absl/types/span.h"

namespace strata::analytics::stats {

// Events counted in one cell of time, the cell's exposure, and how much each event of it weighs.
struct WeightedCell {
  double events = 0;    // need not be whole: counts of bursty processes are divided by dispersion
  double exposure = 0;  // 0: the cell was not exposed, and its events must be 0
  double weight = 0;
};

// The chance that the weights of the events add up to at least what they do, when each of them
// falls into a cell with the cell's share of the exposure, their number being given (so that no
// rate has to be known). By the saddlepoint formula of Lugannani and Rice (1980, Adv. Appl. Prob.
// 12), as a mid-p value: half of the chance of the sum itself counts. Sums lie `step` apart, 0
// where they are continuous; with whole weights, of events that were divided by the dispersion, it
// is 1 / dispersion. The largest possible sum is exact. 1 without events, or when all exposed cells
// weigh the same.
double HighWeightP(absl::Span<const WeightedCell> cells, double step);

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_WEIGHTED_COUNTS_H_
