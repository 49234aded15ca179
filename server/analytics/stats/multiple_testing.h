#ifndef STRATA_SERVER_ANALYTICS_STATS_MULTIPLE_TESTING_H_
#define STRATA_SERVER_ANALYTICS_STATS_MULTIPLE_TESTING_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"

namespace strata::analytics::stats {

// Benjamini and Hochberg (1995): the smallest false-discovery rate at which each test would still
// be called a discovery. In the order of `p`.
std::vector<double> BenjaminiHochberg(absl::Span<const double> p);

// The same where `p` holds only the smallest of the p-values of `tests` tests, so that those left
// out are all larger than any of them; a result above the smallest p left out is only a bound.
std::vector<double> BenjaminiHochberg(absl::Span<const double> p, size_t tests);

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_MULTIPLE_TESTING_H_
