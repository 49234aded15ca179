#include "server/analytics/insight/revenue/volatility.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "server/analytics/stats/sum.h"

namespace strata::analytics::insight {
namespace {

double Mean(absl::Span<const double> values) {
  return stats::Sum(values) / static_cast<double>(values.size());
}

// Sample standard deviation of two values or more.
double Deviation(absl::Span<const double> values) {
  const double mean = Mean(values);
  stats::KahanSum squares;
  for (const double value : values) squares.Add((value - mean) * (value - mean));
  return std::sqrt(squares.value() / static_cast<double>(values.size() - 1));
}

// What the least-squares line through (i, values[i]) leaves.
std::vector<double> Residuals(absl::Span<const double> values) {
  const double mean = Mean(values);
  const double middle = static_cast<double>(values.size() - 1) / 2;
  stats::KahanSum covariance, variance;
  for (size_t i = 0; i < values.size(); ++i) {
    const double x = static_cast<double>(i) - middle;
    covariance.Add(x * (values[i] - mean));
    variance.Add(x * x);
  }
  const double slope = covariance.value() / variance.value();
  std::vector<double> residuals;
  for (size_t i = 0; i < values.size(); ++i) {
    residuals.push_back(values[i] - mean - slope * (static_cast<double>(i) - middle));
  }
  return residuals;
}

std::optional<double> Over(double deviation, double mean) {
  if (!(mean > 0)) return std::nullopt;
  return deviation / mean;
}

}  // namespace

Volatility MeasureVolatility(absl::Span<const MicrosSum> monthly) {
  Volatility result;
  result.months = static_cast<int>(monthly.size());
  if (monthly.empty()) return result;
  std::vector<double> values, changes;
  for (size_t i = 0; i < monthly.size(); ++i) {
    values.push_back(ToDouble(monthly[i]));
    if (monthly[i] == 0) ++result.empty_months;
    if (i == 0) continue;
    changes.push_back(values[i] - values[i - 1]);
    if (monthly[i] * 2 < monthly[i - 1]) ++result.halvings;
  }
  result.mean = Mean(values);
  if (result.months < kLeastMonthsOfVolatility) return result;
  result.standard_deviation = Deviation(values);
  result.cv = Over(*result.standard_deviation, result.mean);
  result.cv_of_changes = Over(Deviation(changes), result.mean);
  result.cv_detrended = Over(Deviation(Residuals(values)), result.mean);
  return result;
}

}  // namespace strata::analytics::insight
