#ifndef STRATA_SERVER_ANALYTICS_STATS_INTERVALS_H_
#define STRATA_SERVER_ANALYTICS_STATS_INTERVALS_H_

#include <cstdint>

namespace strata::analytics::stats {

inline constexpr double kZ95 = 1.959963984540054;  // two-sided 95%

struct Bounds {
  double low = 0, high = 0;
};

// The score interval of a proportion (Wilson 1927), without continuity correction.
// 0 <= successes <= trials, trials > 0.
Bounds Wilson(int64_t successes, int64_t trials, double z = kZ95);

// The interval of (promoters - detractors) / answers, a difference of two proportions of one
// sample: adjusted Wald with three answers added, 3/4 of them promoters and 3/4 detractors (Rocks
// 2016, The American Statistician 70(4)); cut to [-1, 1]. answers > 0.
Bounds NetScore(int64_t promoters, int64_t detractors, int64_t answers, double z = kZ95);

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_INTERVALS_H_
