#include "server/analytics/stats/proportions.h"

#include <cmath>

namespace strata::analytics::stats {

double EqualProportionsP(int64_t successes, int64_t trials, int64_t other_successes,
                         int64_t other_trials) {
  if (trials == 0 || other_trials == 0) return 1;
  const auto n = static_cast<double>(trials), m = static_cast<double>(other_trials);
  const double pooled = static_cast<double>(successes + other_successes) / (n + m);
  const double variance = pooled * (1 - pooled) * (1 / n + 1 / m);
  if (!(variance > 0)) return 1;
  const double difference =
      static_cast<double>(successes) / n - static_cast<double>(other_successes) / m;
  return std::erfc(std::fabs(difference) / std::sqrt(2 * variance));
}

}  // namespace strata::analytics::stats
