#ifndef STRATA_SERVER_ANALYTICS_STATS_COMBINED_P_H_
#define STRATA_SERVER_ANALYTICS_STATS_COMBINED_P_H_

#include "absl/types/span.h"

namespace strata::analytics::stats {

// Fisher's combination of independent p-values (1932): the chance of so small a product when none
// of their alternatives holds. 1 for none.
double FisherP(absl::Span<const double> p);

// The chance of `events` or more when `expected` are, Poisson; both may be parts of whole ones.
double AtLeastP(double events, double expected);

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_COMBINED_P_H_
