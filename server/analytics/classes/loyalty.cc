#include "server/analytics/classes/loyalty.h"

namespace strata::analytics::classes {

absl::Span<const absl::string_view> LoyaltyNames() {
  static constexpr absl::string_view kNames[] = {"", "VIP", "Loyal", "Periodic", "none"};
  return kNames;
}

Loyalty LoyaltyOf(int64_t purchases, MicrosSum units_micros, const LoyaltyRule& rule) {
  constexpr int64_t kLoyalPurchases = 2;
  if (purchases == 0) return Loyalty::kNone;
  if (purchases >= rule.vip_purchases && units_micros >= MicrosSum{rule.vip_units} * kOneUnit)
    return Loyalty::kVip;
  return purchases >= kLoyalPurchases ? Loyalty::kLoyal : Loyalty::kPeriodic;
}

}  // namespace strata::analytics::classes
