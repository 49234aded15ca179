#include "server/analytics/classes/abc.h"

#include "server/analytics/classes/revenue_order.h"

namespace strata::analytics::classes {

absl::Span<const absl::string_view> AbcNames() {
  static constexpr absl::string_view kNames[] = {"", "A", "B", "C", "none"};
  return kNames;
}

Abc AbcClassOf(MicrosSum revenue_before, MicrosSum total, const AbcRule& rule) {
  constexpr int kAllBasisPoints = 10'000;
  if (revenue_before * kAllBasisPoints < total * rule.a_share_bp) return Abc::kA;
  return revenue_before * kAllBasisPoints < total * rule.b_share_bp ? Abc::kB : Abc::kC;
}

std::vector<uint32_t> AbcPartition(facts::SumView revenue, absl::Span<const uint8_t> present,
                                   const image::TextList& ids, const AbcRule& rule) {
  std::vector<uint32_t> classes(revenue.size(), 0);
  std::vector<image::Slot> earning;
  MicrosSum total = 0;
  for (image::Slot slot = 0; slot < revenue.size(); ++slot) {
    if (present[slot] == 0) continue;
    classes[slot] = static_cast<uint32_t>(Abc::kNone);
    if (revenue.held()[slot] <= 0) continue;
    earning.push_back(slot);
    total += revenue[slot];
  }
  SortByRevenue(earning, revenue, ids);
  MicrosSum before = 0;
  for (const image::Slot slot : earning) {
    classes[slot] = static_cast<uint32_t>(AbcClassOf(before, total, rule));
    before += revenue[slot];
  }
  return classes;
}

}  // namespace strata::analytics::classes
