#ifndef STRATA_SERVER_ANALYTICS_STATS_PROPORTIONS_H_
#define STRATA_SERVER_ANALYTICS_STATS_PROPORTIONS_H_

#include <cstdint>

namespace strata::analytics::stats {

// The two-sided p-value of the hypothesis that two independent samples come from the same
// proportion: z-test with the pooled variance, without continuity correction (R's
// prop.test(correct = FALSE)). 0 <= successes <= trials; 1 when a sample is empty or when all or
// none of both succeed.
double EqualProportionsP(int64_t successes, int64_t trials, int64_t other_successes,
                         int64_t other_trials);

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_PROPORTIONS_H_
