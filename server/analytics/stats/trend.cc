#include "server/analytics/stats/trend.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "boost/math/distributions/normal.hpp"

namespace strata::analytics::stats {
namespace {

double Median(std::vector<double> values) {
  const size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + middle, values.end());
  if (values.size() % 2 == 1) return values[middle];
  const double below = *std::max_element(values.begin(), values.begin() + middle);
  return (below + values[middle]) / 2;
}

// Variance of Mann-Kendall's S under no trend, with ties (Kendall 1975).
double VarianceOfS(absl::Span<const double> series) {
  const double n = static_cast<double>(series.size());
  double variance = n * (n - 1) * (2 * n + 5);
  std::map<double, int> groups;
  for (const double value : series) ++groups[value];
  for (const auto& [value, ties] : groups) {
    const double t = ties;
    variance -= t * (t - 1) * (2 * t + 5);
  }
  return variance / 18;
}

}  // namespace

Trend TheilSen(absl::Span<const double> series) {
  Trend trend;
  if (series.size() < 2) return trend;
  std::vector<double> slopes;
  for (size_t i = 0; i < series.size(); ++i) {
    for (size_t j = i + 1; j < series.size(); ++j) {
      slopes.push_back((series[j] - series[i]) / static_cast<double>(j - i));
      trend.s += series[j] > series[i] ? 1 : series[j] < series[i] ? -1 : 0;
    }
  }
  trend.slope = Median(std::move(slopes));
  std::vector<double> residuals;
  for (size_t i = 0; i < series.size(); ++i) {
    residuals.push_back(series[i] - trend.slope * static_cast<double>(i));
  }
  trend.intercept = Median(std::move(residuals));
  const double variance = VarianceOfS(series);
  if (series.size() < 4 || !(variance > 0)) return trend;
  const boost::math::normal normal;
  const double sd = std::sqrt(variance);
  trend.p_rising = boost::math::cdf(boost::math::complement(normal, (trend.s - 1) / sd));
  trend.p_falling = boost::math::cdf(normal, (trend.s + 1) / sd);
  return trend;
}

}  // namespace strata::analytics::stats
