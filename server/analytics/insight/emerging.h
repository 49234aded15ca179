#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_EMERGING_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_EMERGING_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/insight/season.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata::analytics {

// A customer below the strategic threshold whose orders grow.
struct EmergingAccount {
  image::Slot slot = image::kNoSlot;
  double revenue = 0;           // of the trailing year, currency units
  double previous_revenue = 0;  // of the year before that
  double slope = 0;             // Theil-Sen, units a month more each month
  double p = 1, q = 1;          // Mann-Kendall, one-sided; Benjamini-Hochberg over all tested
  double to_threshold = 0;      // trailing-year revenue that is missing, units
  // When the trailing year would reach the threshold if the trend goes on; nullopt: not within five
  // years.
  std::optional<Day> crossing;
};

struct EmergingAccounts {
  std::vector<EmergingAccount> accounts;  // by crossing, then revenue, both best first, then slot
  double threshold = 0;                   // trailing-year revenue of the last strategic rank
  int64_t tests = 0;
};

struct EmergingOptions {
  double false_discovery_rate = 0.1;
  int strategic_share_bp = 2'000;
};

// Tests every customer with orders in at least six of the last twelve months who lies below the
// threshold; growing means a significantly rising monthly series and a trailing year above the year
// before. The series is taken against the portfolio's own course over the twelve months, so that a
// season, or a good year for everybody, makes nobody emerge. The threshold is the trailing-year
// revenue of the customer at rank floor(share n). Nothing after `as_of` and no current value is
// looked at.
absl::StatusOr<EmergingAccounts> FindEmergingAccounts(const image::Revision& revision, Day as_of,
                                                      const EmergingOptions& options,
                                                      const StopToken& stop);

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_EMERGING_H_
