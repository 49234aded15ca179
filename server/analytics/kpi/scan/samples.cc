#include "server/analytics/kpi/scan/samples.h"

#include <algorithm>

namespace strata::analytics::kpi {

double Median(absl::Span<double> values) {
  const size_t low = (values.size() - 1) / 2;
  std::nth_element(values.begin(), values.begin() + low, values.end());
  if (values.size() % 2 == 1) return values[low];
  return (values[low] + *std::min_element(values.begin() + low + 1, values.end())) / 2;
}

}  // namespace strata::analytics::kpi
