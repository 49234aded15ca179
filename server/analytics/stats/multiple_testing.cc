#include "server/analytics/stats/multiple_testing.h"

#include <algorithm>
#include <numeric>

namespace strata::analytics::stats {

std::vector<double> BenjaminiHochberg(absl::Span<const double> p) {
  return BenjaminiHochberg(p, p.size());
}

std::vector<double> BenjaminiHochberg(absl::Span<const double> p, size_t tests) {
  std::vector<size_t> descending(p.size());
  std::iota(descending.begin(), descending.end(), size_t{0});
  std::sort(descending.begin(), descending.end(), [&](size_t a, size_t b) { return p[a] > p[b]; });
  std::vector<double> adjusted(p.size());
  double smallest = 1;
  for (size_t i = 0; i < descending.size(); ++i) {
    const double rank = static_cast<double>(p.size() - i);
    smallest = std::min(smallest, p[descending[i]] * static_cast<double>(tests) / rank);
    adjusted[descending[i]] = smallest;
  }
  return adjusted;
}

}  // namespace strata::analytics::stats
