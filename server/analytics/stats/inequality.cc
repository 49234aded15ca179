#include "server/analytics/stats/inequality.h"

#include <algorithm>
#include <cmath>

#include "server/analytics/stats/sum.h"

namespace strata::analytics::stats {

double Gini(absl::Span<const double> ascending) {
  const double n = static_cast<double>(ascending.size());
  KahanSum weighted, sum;
  for (size_t i = 0; i < ascending.size(); ++i) {
    weighted.Add((2.0 * static_cast<double>(i + 1) - n - 1.0) * ascending[i]);
    sum.Add(ascending[i]);
  }
  return weighted.value() / (n * sum.value());
}

double CorrectedGini(absl::Span<const double> ascending) {
  if (ascending.size() < 2) return 0;
  const double n = static_cast<double>(ascending.size());
  return Gini(ascending) * n / (n - 1.0);
}

double Herfindahl(absl::Span<const double> values) {
  const double total = Sum(values);
  KahanSum squares;
  for (const double value : values) squares.Add((value / total) * (value / total));
  return squares.value();
}

double TheilT(absl::Span<const double> values) {
  const double mean = Sum(values) / static_cast<double>(values.size());
  KahanSum sum;
  for (const double value : values) {
    if (value > 0) sum.Add(value / mean * std::log(value / mean));
  }
  return sum.value() / static_cast<double>(values.size());
}

double Atkinson(absl::Span<const double> values, double epsilon) {
  const double n = static_cast<double>(values.size());
  const double mean = Sum(values) / n;
  KahanSum sum;
  if (epsilon == 1.0) {
    for (const double value : values) sum.Add(std::log(value));
    return 1.0 - std::exp(sum.value() / n) / mean;
  }
  for (const double value : values) sum.Add(std::pow(value, 1.0 - epsilon));
  return 1.0 - std::pow(sum.value() / n, 1.0 / (1.0 - epsilon)) / mean;
}

std::vector<LorenzPoint> Lorenz(absl::Span<const double> ascending, int points) {
  std::vector<LorenzPoint> curve = {{0, 0}};
  const size_t n = ascending.size();
  const double total = Sum(ascending);
  const size_t steps = std::min(n, static_cast<size_t>(std::max(points, 1)));
  KahanSum below;
  size_t next = 0;
  for (size_t step = 1; step <= steps; ++step) {
    const size_t upto = n * step / steps;
    for (; next < upto; ++next) below.Add(ascending[next]);
    curve.push_back({static_cast<double>(upto) / static_cast<double>(n), below.value() / total});
  }
  curve.back() = {1, 1};
  return curve;
}

}  // namespace strata::analytics::stats
