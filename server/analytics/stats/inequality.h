#ifndef STRATA_SERVER_ANALYTICS_STATS_INEQUALITY_H_
#define STRATA_SERVER_ANALYTICS_STATS_INEQUALITY_H_

#include <vector>

#include "absl/types/span.h"

namespace strata::analytics::stats {

// Inequality of positive values. `ascending` is sorted ascending and not empty, its sum positive.

// Gini = sum((2i - n - 1) x_i) / (n sum x), i from 1. 0 when all are equal.
double Gini(absl::Span<const double> ascending);

// Gini * n / (n - 1), which does not shrink for small n; 0 for a single value.
double CorrectedGini(absl::Span<const double> ascending);

// Herfindahl-Hirschman index: the sum of squared shares, 1/n .. 1.
double Herfindahl(absl::Span<const double> values);

// Theil's T: mean of (x/mu) ln(x/mu); values of 0 contribute 0.
double TheilT(absl::Span<const double> values);

// Atkinson's index for an aversion of epsilon > 0 (epsilon 1: 1 - geometric mean / mean).
double Atkinson(absl::Span<const double> values, double epsilon);

// A point of the Lorenz curve: the lowest `population` share of the values holds `value` of the
// sum.
struct LorenzPoint {
  double population = 0, value = 0;
};

// The curve from (0,0) to (1,1) with at most `points` steps of equal population.
std::vector<LorenzPoint> Lorenz(absl::Span<const double> ascending, int points);

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_INEQUALITY_H_
