#ifndef STRATA_SERVER_ANALYTICS_CLASSES_SLOT_SELECTION_H_
#define STRATA_SERVER_ANALYTICS_CLASSES_SLOT_SELECTION_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/analytics/facts/spare_columns.h"
#include "server/base/scan_pool.h"
#include "server/image/columns.h"

// Some of the customers, picked out side by side. What is returned comes from TakeColumn and may be
// given back.

namespace strata::analytics::classes {

inline constexpr size_t kSlotsOfRange = 1 << 15;

// The slots below `slots` of which `picks(slot)` is true, ascending.
template <typename Picks>
std::vector<image::Slot> SelectSlots(size_t slots, Picks picks) {
  const size_t ranges = (slots + kSlotsOfRange - 1) / kSlotsOfRange;
  std::vector<size_t> first_of_range(ranges + 1, 0);
  const auto for_range = [&](size_t range, auto visit) {
    const size_t end = std::min(slots, (range + 1) * kSlotsOfRange);
    for (size_t slot = range * kSlotsOfRange; slot < end; ++slot) {
      if (picks(static_cast<image::Slot>(slot))) visit(static_cast<image::Slot>(slot));
    }
  };
  ParallelScan(ranges, [&](size_t, size_t range) {
    size_t count = 0;
    for_range(range, [&](image::Slot) { ++count; });
    first_of_range[range + 1] = count;
  });
  for (size_t range = 0; range < ranges; ++range) {
    first_of_range[range + 1] += first_of_range[range];
  }
  std::vector<image::Slot> selected = facts::TakeColumn<image::Slot>(first_of_range[ranges]);
  ParallelScan(ranges, [&](size_t, size_t range) {
    image::Slot* out = selected.data() + first_of_range[range];
    for_range(range, [&](image::Slot slot) { *out++ = slot; });
  });
  return selected;
}

// values[slot] of each of `slots`, in their order.
inline std::vector<int64_t> ValuesOf(absl::Span<const image::Slot> slots,
                                     absl::Span<const int64_t> values) {
  std::vector<int64_t> picked = facts::TakeColumn<int64_t>(slots.size());
  ParallelScan((slots.size() + kSlotsOfRange - 1) / kSlotsOfRange, [&](size_t, size_t range) {
    const size_t end = std::min(slots.size(), (range + 1) * kSlotsOfRange);
    for (size_t i = range * kSlotsOfRange; i < end; ++i) picked[i] = values[slots[i]];
  });
  return picked;
}

}  // namespace strata::analytics::classes

#endif  // STRATA_SERVER_ANALYTICS_CLASSES_SLOT_SELECTION_H_
