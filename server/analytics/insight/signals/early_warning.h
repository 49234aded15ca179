#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_EARLY_WARNING_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_EARLY_WARNING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/facts/customer_events.h"
#include "server/analytics/insight/signals/season.h"
#include "server/analytics/stats/rates.h"
#include "server/base/stop.h"

namespace strata::analytics::insight {

// What got worse, up to the day that is asked about.
enum class WarningKind : uint8_t {
  kDecliningFrequency,  // fewer orders of late: conditional test over seasonal exposure
  kSilence,             // so long a gap: gamma-Poisson over seasonal exposure
  kShrinkingOrders,     // smaller order amounts: rank test
  kRisingTickets,       // more tickets: conditional binomial
  kSlaBreaches,         // larger share of breached SLAs: Fisher's exact test
  kLowerRatings,        // lower CSAT: rank test
  kLateDeliveries,      // larger share of late deliveries: Fisher's exact test
};
absl::string_view NameOf(WarningKind kind);

// One thing that got worse, with its own p-value.
struct WarningSign {
  WarningKind kind = WarningKind::kDecliningFrequency;
  double value = 0;     // of the last quarter: orders, days of silence, mean amount, share, rating
  double expected = 0;  // from the time before, season included
  double p = 1;
};

// A customer of whom the signs together say that things get worse.
struct Warning {
  image::Slot slot = image::kNoSlot;
  std::vector<WarningSign> signs;  // the most telling one, then the others with p at most 5 %
  double p = 1, q = 1;             // of all that was tested of the customer together
};

struct WarningList {
  std::vector<Warning> warnings;  // q at or below the rate; by q, then p, then slot
  int64_t tests = 0;              // customers tested
  int64_t beyond_turning = 0;     // customers left out because they are
  double dispersion = 1;          // of quarterly order counts: variance over mean, at least 1
  stats::GammaPrior prior;        // of monthly order rates, fitted to the portfolio
};

struct WarningOptions {
  double false_discovery_rate = 0.1;
};

// Tests every customer who can still be turned (IsBeyondTurning) and has at least twelve days with
// purchases in the last 18 months, or four tickets or ratings in the year before the last quarter.
//
// The signs of a customer are one test. A weighted Bonferroni bound holds for the whole: 60 % of
// the error for fewer orders, 5 % for silence, 20 % for all signs but silence together (Fisher),
// 15 % for the other signs in equal parts; what is not there leaves its part to the others.
// Benjamini-Hochberg over the customers whose p is at most a half, doubled, so that the expected
// share of false alarms among the warnings is at most the stated rate.
//
// Fewer orders: of the last 18 months an order of the last quarter weighs nothing, one of the
// quarter before it 2, of the one before that 3, of the three earlier ones 4; a high sum for that
// number of orders tells of a decline, sudden or slow (HighWeightP, over seasonal exposure).
// Exposure begins with the first purchase (exposure.h). All other signs compare the last quarter
// with the year before it.
//
// Nothing after `as_of` and no current value is looked at. Order tests go by the portfolio's
// season. Where the year before the last quarter does not follow it (chi-squared, 5 %), and the
// year before that, if the history holds it, repeats the deviation, they must hold under the
// customer's own season too, the larger p counts.
absl::StatusOr<WarningList> FindEarlyWarnings(const image::Revision& revision, Day as_of,
                                              const WarningOptions& options, const StopToken& stop);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_EARLY_WARNING_H_
