#ifndef STRATA_SERVER_ANALYTICS_STATS_RANKS_H_
#define STRATA_SERVER_ANALYTICS_STATS_RANKS_H_

#include <vector>

#include "absl/types/span.h"

namespace strata::analytics::stats {

// The rank of each value from 1, equal values sharing the mean of their ranks.
std::vector<double> Midranks(absl::Span<const double> values);

enum class Tail { kTwoSided, kLess, kGreater };

// Wilcoxon rank-sum (Mann-Whitney): are the values of `x` shifted against those of `y`?
struct RankSum {
  double w = 0;  // pairs in which x is above y, ties half (R's W)
  double p = 1;
  bool exact = false;  // without ties and below 50 values a side; else normal with continuity
};

// p is 1 when a side is empty or all values are equal.
RankSum RankSumTest(absl::Span<const double> x, absl::Span<const double> y, Tail tail);

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_RANKS_H_
