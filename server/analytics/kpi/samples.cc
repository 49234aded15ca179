#include "server/analytics/kpi/samples.h"

#include <algorithm>

namespace strata::analytics::kpi {

MicrosSum QuantileTimesTen(absl::Span<int64_t> values, int tenths) {
  // h = (n - 1) p lies between the order statistics `low` and `low` + 1.
  const size_t scaled = (values.size() - 1) * static_cast<size_t>(tenths);
  const size_t low = scaled / 10, rest = scaled % 10;
  std::nth_element(values.begin(), values.begin() + low, values.end());
  const MicrosSum at_low = values[low];
  if (rest == 0) return at_low * 10;
  const MicrosSum at_high = *std::min_element(values.begin() + low + 1, values.end());
  return at_low * static_cast<int64_t>(10 - rest) + at_high * static_cast<int64_t>(rest);
}

double Median(absl::Span<double> values) {
  const size_t low = (values.size() - 1) / 2;
  std::nth_element(values.begin(), values.begin() + low, values.end());
  if (values.size() % 2 == 1) return values[low];
  return (values[low] + *std::min_element(values.begin() + low + 1, values.end())) / 2;
}

}  // namespace strata::analytics::kpi
