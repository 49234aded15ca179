#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_VOLATILITY_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_VOLATILITY_H_

#include <optional>

#include "absl/types/span.h"
#include "server/domain/money.h"

namespace strata::analytics::insight {

// A spread of fewer months says nothing.
inline constexpr int kLeastMonthsOfVolatility = 3;

// How steady a monthly series is. nullopt where a figure is not defined: fewer than three months,
// or (but for the standard deviation) a mean of zero or less.
struct Volatility {
  int months = 0, empty_months = 0;
  double mean = 0;                           // currency units
  std::optional<double> standard_deviation;  // sample
  std::optional<double> cv;                  // standard deviation / mean
  // Sample standard deviation of the month-on-month differences / mean of the series.
  std::optional<double> cv_of_changes;
  // Sample standard deviation of what a least-squares line leaves / mean of the series.
  std::optional<double> cv_detrended;
  int halvings = 0;  // months below half of the month before
};

// `monthly` has an entry for every month of the range from the first purchase on, empty months as
// zero.
Volatility MeasureVolatility(absl::Span<const MicrosSum> monthly);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_VOLATILITY_H_
