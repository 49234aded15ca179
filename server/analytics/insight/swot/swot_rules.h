#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SWOT_SWOT_RULES_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SWOT_SWOT_RULES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/analytics/insight/swot/swot.h"
#include "server/analytics/insight/swot/swot_figures.h"

namespace strata::analytics::insight {

// What a rule makes of the figures. Neither statements nor a reason: it is not met.
struct SwotVerdict {
  std::vector<SwotStatement> statements;  // `rule` is filled by the caller
  std::string silent;                     // why it could not be evaluated
};

inline SwotVerdict Silent(std::string why) { return {{}, std::move(why)}; }
inline SwotVerdict NotMet() { return {}; }

struct SwotRule {
  absl::string_view id;
  absl::string_view speaks_when;
  absl::StatusOr<SwotVerdict> (*judge)(SwotFigures& figures);
};

// Thresholds that several rules share.

// A tenth above or below an even share: readers call less than that equal.
inline constexpr double kClearLead = 1.1;
// A group with fewer than a hundredth of the buyers is scattered people, not a group.
inline constexpr double kSmallestGroup = 0.01;
// Below thirty, shares of customers move by ten points and more by chance.
inline constexpr int64_t kFewestCustomers = 30;

// The rules of each subject, in files of their own (swot_age_rules.cc ...).
absl::Span<const SwotRule> SwotAgeRules();      // age bands and their drift
absl::Span<const SwotRule> SwotMarketRules();   // families, countries, concentration
absl::Span<const SwotRule> SwotLoyaltyRules();  // loyal customers, VIPs, upsell
absl::Span<const SwotRule> SwotTrendRules();    // growth, acquisition
absl::Span<const SwotRule> SwotSupportRules();  // service of high-revenue accounts

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SWOT_SWOT_RULES_H_
