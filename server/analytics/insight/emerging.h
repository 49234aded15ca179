#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_EMERGING_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_EMERGING_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata::analytics {

// A customer below the strategic threshold whose orders grow.
struct EmergingAccount {
  image::Slot slot = image::kNoSlot;
  double revenue = 0;           // of the trailing year, currency units
  double previous_revenue = 0;  // of the year before that
  double slope = 0;         // Theil-Sen, units by which the trailing year's revenue rises a month
  double p = 1, q = 1;      // of no rise, one-sided; Benjamini-Hochberg over all tested
  double to_threshold = 0;  // trailing-year revenue that is missing, units
  // When the trailing year would reach the threshold if the slope stays; nullopt: not within five
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
// threshold, and whose two years come to a tenth of it a year or more; growing means that monthly
// amounts rise (Mann-Kendall) or orders come ever more often (Laplace's trend test, with the
// portfolio's dispersion), twice the smaller p counting, with a positive slope and a trailing year
// above the year before. The series is that of the last 24 months, or since the first order where
// that is less, but twelve at least. It is taken against the portfolio's own course over these
// months, so that a season, or a good year for everybody, makes nobody emerge. The threshold is the
// trailing-year revenue of the customer at rank floor(share n). Nothing after `as_of` and no
// current value is looked at.
absl::StatusOr<EmergingAccounts> FindEmergingAccounts(const image::Revision& revision, Day as_of,
                                                      const EmergingOptions& options,
                                                      const StopToken& stop);

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_EMERGING_H_
