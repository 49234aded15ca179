#ifndef STRATA_SERVER_ANALYTICS_STATS_LOGISTIC_H_
#define STRATA_SERVER_ANALYTICS_STATS_LOGISTIC_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace strata::analytics::stats {

// A logistic regression on standardised features.
struct LogisticModel {
  double intercept = 0;
  std::vector<double> coefficients;       // of (x - mean) / deviation
  std::vector<double> means, deviations;  // of the training rows; deviation 1 where it was 0
  int iterations = 0;

  // The chance of an event.
  double Probability(absl::Span<const double> features) const;
  // What each feature adds to the log-odds against the average row.
  std::vector<double> Contributions(absl::Span<const double> features) const;
};

// Fits by Newton's method (iteratively reweighted least squares) the maximum of
//   log likelihood - l2 / 2 * sum(coefficient^2)
// over the coefficients of the standardised features; the intercept is not penalised.
// `rows` is row-major with `columns` features a row; events are 0 or 1, one a row; l2 >= 0.
// INVALID_ARGUMENT without both outcomes or for values that are not finite;
// FAILED_PRECONDITION when it does not converge (separable data without a penalty).
absl::StatusOr<LogisticModel> FitLogistic(absl::Span<const double> rows, size_t columns,
                                          absl::Span<const uint8_t> events, double l2);

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_LOGISTIC_H_
