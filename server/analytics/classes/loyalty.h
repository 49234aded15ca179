#ifndef STRATA_SERVER_ANALYTICS_CLASSES_LOYALTY_H_
#define STRATA_SERVER_ANALYTICS_CLASSES_LOYALTY_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/domain/quantity.h"
#include "server/domain/settings.h"

// The built-in partition "loyalty", by purchases (recognised orders that are no returns) and units:
// VIP, else Loyal with two or more purchases, Periodic with one, none without.

namespace strata::analytics::classes {

enum class Loyalty : uint32_t { kVip = 1, kLoyal = 2, kPeriodic = 3, kNone = 4 };

// "VIP" ...; entry 0 is empty. By class.
absl::Span<const absl::string_view> LoyaltyNames();

struct LoyaltyRule {
  int64_t vip_purchases = 2;  // at least
  int64_t vip_units = 100;    // at least

  LoyaltyRule() = default;
  explicit LoyaltyRule(const WorkspaceSettings& settings)
      : vip_purchases(settings.loyalty_vip_purchases), vip_units(settings.loyalty_vip_units) {}
};

Loyalty LoyaltyOf(int64_t purchases, MicrosSum units_micros, const LoyaltyRule& rule);

}  // namespace strata::analytics::classes

#endif  // STRATA_SERVER_ANALYTICS_CLASSES_LOYALTY_H_
