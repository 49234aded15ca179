#include "server/analytics/segment/members.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/analytics/facts/block_scan.h"

namespace strata::analytics::segment {

using image::Slot;

SegmentClasses ClassesOf(const SegmentInfo& segment, const fields::Features& features) {
  SegmentClasses classes;
  classes.names.emplace_back();
  if (segment.is_partition()) {
    classes.names.insert(classes.names.end(), segment.classes.begin(), segment.classes.end());
  } else {
    classes.names.insert(classes.names.end(), {"in", "out"});
  }
  classes.names.emplace_back(kNotScored);

  const fields::FeatureColumn& column = features.Column(segment.field);
  const std::vector<uint8_t>& exists = features.exists();
  classes.codes.assign(exists.size(), 0);
  const uint32_t not_scored = classes.not_scored();
  facts::ForSlotRanges(static_cast<Slot>(exists.size()), [&](Slot begin, Slot end) {
    for (Slot slot = begin; slot < end; ++slot) {
      if (exists[slot] == 0) continue;
      if (column.IsNull(slot)) {
        classes.codes[slot] = not_scored;
      } else if (segment.is_partition()) {
        // The texts of a partition's column are its classes in their order.
        classes.codes[slot] = column.codes[slot];
      } else {
        classes.codes[slot] = column.integers[slot] != 0 ? 1 : 2;
      }
    }
  });
  return classes;
}

std::vector<Slot> FindCustomers(const image::Revision& revision,
                                absl::Span<const std::string> ids) {
  std::vector<Slot> found(ids.size(), image::kNoSlot);
  absl::flat_hash_map<absl::string_view, std::vector<size_t>> places;
  for (size_t i = 0; i < ids.size(); ++i) places[ids[i]].push_back(i);
  for (const image::Block& block : revision.blocks) {
    for (uint32_t row = 0; row < block.customers; ++row) {
      if (block.profile->present[row] == 0) continue;
      const Slot slot = block.first_slot + row;
      const auto asked = places.find(revision.CustomerId(slot));
      if (asked == places.end()) continue;
      for (const size_t place : asked->second) found[place] = slot;
    }
  }
  return found;
}

}  // namespace strata::analytics::segment
