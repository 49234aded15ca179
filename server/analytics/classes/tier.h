#ifndef STRATA_SERVER_ANALYTICS_CLASSES_TIER_H_
#define STRATA_SERVER_ANALYTICS_CLASSES_TIER_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/analytics/facts/sum_column.h"
#include "server/domain/settings.h"
#include "server/image/dictionary.h"

// The built-in partition "tier". Of the n customers with positive revenue the highest
// strategic_share_bp basis points are strategic and the next, up to growth_share_bp, growth; the
// rest of the n is standard. A customer that is declared strategic is strategic whatever its
// revenue; it does not displace another. Everybody else is a prospect.

namespace strata::analytics::classes {

enum class Tier : uint32_t { kStrategic = 1, kGrowth = 2, kStandard = 3, kProspect = 4 };

// "strategic" ...; entry 0 is empty. By class.
absl::Span<const absl::string_view> TierNames();

struct TierRule {
  int strategic_bp = 2'000;
  int growth_bp = 5'000;
  ShareRounding rounding = ShareRounding::kFloor;

  TierRule() = default;
  explicit TierRule(const WorkspaceSettings& settings)
      : strategic_bp(settings.strategic_share_bp),
        growth_bp(settings.growth_share_bp),
        rounding(settings.tier_rounding) {}
};

// All arguments by slot: revenue in micros, declared 1 (strategic), 0 or -1, present 1 where there
// is a customer. Returns the class of each slot, 0 where there is none. Ties are broken by id.
std::vector<uint32_t> TierPartition(facts::SumView revenue, absl::Span<const int8_t> declared,
                                    absl::Span<const uint8_t> present, const TierRule& rule,
                                    const image::TextList& ids);

}  // namespace strata::analytics::classes

#endif  // STRATA_SERVER_ANALYTICS_CLASSES_TIER_H_
