#ifndef STRATA_SERVER_ANALYTICS_SEGMENT_ABC_H_
#define STRATA_SERVER_ANALYTICS_SEGMENT_ABC_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/image/dictionary.h"

// The built-in partition "abc": customers by positive revenue, highest first. A is the smallest set
// that makes 80% of it, B what is needed beyond A for 95%, C the rest; none are all others.

namespace strata::analytics {

enum class Abc : uint32_t { kA = 1, kB = 2, kC = 3, kNone = 4 };

// "A" ...; entry 0 is empty. By class.
absl::Span<const absl::string_view> AbcNames();

// By slot, as TierPartition.
std::vector<uint32_t> AbcPartition(absl::Span<const int64_t> revenue,
                                   absl::Span<const uint8_t> present, const image::TextList& ids);

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_SEGMENT_ABC_H_
