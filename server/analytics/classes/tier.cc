#include "server/analytics/classes/tier.h"

#include <algorithm>

#include "server/analytics/classes/revenue_order.h"
#include "server/analytics/classes/slot_selection.h"
#include "server/analytics/facts/block_scan.h"

namespace strata::analytics::classes {

absl::Span<const absl::string_view> TierNames() {
  static constexpr absl::string_view kNames[] = {"", kTiers[0], kTiers[1], kTiers[2], kTiers[3]};
  return kNames;
}

std::vector<uint32_t> TierPartition(facts::SumView sums, absl::Span<const int8_t> declared,
                                    absl::Span<const uint8_t> present, const TierRule& rule,
                                    const image::TextList& ids) {
  const absl::Span<const int64_t> revenue = sums.held();
  std::vector<image::Slot> earning = SelectSlots(
      revenue.size(), [&](image::Slot slot) { return present[slot] != 0 && revenue[slot] > 0; });
  const auto n = static_cast<int64_t>(earning.size());
  const auto count = [&](int share_bp) {
    return static_cast<size_t>(std::min(n, CountOfShare(n, share_bp, rule.rounding)));
  };
  const size_t strategic_count = count(rule.strategic_bp);
  const std::vector<TopByRevenue> tops = TopByRevenue::Find(
      earning, {strategic_count, std::max(strategic_count, count(rule.growth_bp))}, sums, ids);
  const TopByRevenue &strategic = tops[0], &growth = tops[1];

  facts::GiveColumn(earning);

  std::vector<uint32_t> classes = facts::TakeColumn<uint32_t>(revenue.size());
  const auto slots = static_cast<image::Slot>(revenue.size());
  facts::ForSlotRanges(slots, [&](image::Slot begin, image::Slot end) {
    for (image::Slot slot = begin; slot < end; ++slot) {
      if (present[slot] == 0) {
        classes[slot] = 0;
        continue;
      }
      Tier tier = Tier::kProspect;
      if (declared[slot] == 1) {
        tier = Tier::kStrategic;
      } else if (revenue[slot] > 0) {
        tier = strategic.Contains(slot, revenue[slot]) ? Tier::kStrategic
               : growth.Contains(slot, revenue[slot])  ? Tier::kGrowth
                                                       : Tier::kStandard;
      }
      classes[slot] = static_cast<uint32_t>(tier);
    }
  });
  return classes;
}

}  // namespace strata::analytics::classes
