#ifndef STRATA_SERVER_ANALYTICS_CLASSES_ORDER_STATISTICS_H_
#define STRATA_SERVER_ANALYTICS_CLASSES_ORDER_STATISTICS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace strata::analytics::classes {

// The values at the given places of the ascending order of `values` (0 is the smallest), exactly.
// `places` ascend and are below values.size(). Linear in the number of values.
std::vector<int64_t> OrderStatistics(absl::Span<const int64_t> values,
                                     absl::Span<const size_t> places);

}  // namespace strata::analytics::classes

#endif  // STRATA_SERVER_ANALYTICS_CLASSES_ORDER_STATISTICS_H_
