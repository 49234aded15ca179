#include "server/analytics/stats/intervals.h"

#include <algorithm>
#include <cmath>

namespace strata::analytics::stats {

Bounds Wilson(int64_t successes, int64_t trials, double z) {
  const double n = static_cast<double>(trials), x = static_cast<double>(successes);
  const double p = x / n, z2 = z * z;
  const double center = (x + z2 / 2) / (n + z2);
  const double half = z / (n + z2) * std::sqrt(n * p * (1 - p) + z2 / 4);
  // Exact at the ends, where the difference of two equal numbers would leave dust.
  return {successes == 0 ? 0 : center - half, successes == trials ? 1 : center + half};
}

Bounds NetScore(int64_t promoters, int64_t detractors, int64_t answers, double z) {
  const double n = static_cast<double>(answers) + 3;
  const double up = (static_cast<double>(promoters) + 0.75) / n;
  const double down = (static_cast<double>(detractors) + 0.75) / n;
  const double net = up - down;
  const double half = z * std::sqrt((up + down - net * net) / n);
  return {std::max(-1.0, net - half), std::min(1.0, net + half)};
}

}  // namespace strata::analytics::stats
