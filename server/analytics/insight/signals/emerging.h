#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_EMERGING_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_EMERGING_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata::analytics::insight {

// A customer below the strategic threshold whose business grows.
struct EmergingAccount {
  image::Slot slot = image::kNoSlot;
  double revenue = 0;           // of the trailing year, currency units
  double previous_revenue = 0;  // of the year before that
  double slope = 0;  // Theil-Sen, units by which the trailing year's revenue rises a month
  double p = 1;      // the chance that it does not grow, or has stopped growing
  double q = 1;      // the share of such among the accounts at least as likely to grow, expected
  double to_threshold = 0;  // trailing-year revenue that is missing, units
  // Whether 18 months lie behind the start-up, without which a rise is carried to no day.
  bool has_course = false;
  // When the trailing year would reach the threshold if the slope stays; nullopt: not within five
  // years, or no course to say so from.
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

// Tests every customer who lies below the threshold, whose first purchase lies 18 months back or
// more, who is not beyond turning, whose two years come to a tenth of the threshold a year or more
// and who has eight days with purchases in the months that count: of the last 24 those that lie
// behind the first half-year after the first purchase, so that a start-up ramp is no growth.
//
// Each customer's days with purchases, and apart from them the amounts of these days, are held
// against the shapes of growth_shapes.h; how common each shape is in this portfolio is fitted to
// all tested (stats::Mixture), and gives each customer's chance to grow, in number or in size.
// Growth that stopped half a year or a year ago is no growth. The list holds the likeliest, as many
// as keep the expected share of wrong ones among them at the stated rate (Efron 2010, Large-Scale
// Inference, ch. 5; Sun and Cai 2007, JASA 102), a trailing year above the year before and a
// positive slope given.
//
// All is taken against a season that these customers share and a trend that half of them exceed, so
// that neither a season, nor a good year for everybody, nor many newcomers or leavers make anybody
// emerge. Nothing after `as_of` and no current value is looked at.
absl::StatusOr<EmergingAccounts> FindEmergingAccounts(const image::Revision& revision, Day as_of,
                                                      const EmergingOptions& options,
                                                      const StopToken& stop);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_EMERGING_H_
