#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_EARLY_WARNING_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_EARLY_WARNING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/insight/customer_events.h"
#include "server/analytics/insight/season.h"
#include "server/analytics/stats/rates.h"
#include "server/base/stop.h"

namespace strata::analytics {

// What got worse. Every test compares the last quarter with the year before it.
enum class WarningKind : uint8_t {
  kDecliningFrequency,  // fewer orders: conditional binomial over seasonal exposure
  kSilence,             // so long a gap: gamma-Poisson over seasonal exposure
  kShrinkingOrders,     // smaller order amounts: rank test
  kRisingTickets,       // more tickets: conditional binomial
  kSlaBreaches,         // larger share of breached SLAs: Fisher's exact test
  kLowerRatings,        // lower CSAT: rank test
  kLateDeliveries,      // larger share of late deliveries: Fisher's exact test
};
absl::string_view NameOf(WarningKind kind);

struct Warning {
  WarningKind kind = WarningKind::kDecliningFrequency;
  image::Slot slot = image::kNoSlot;
  double value = 0;     // of the last quarter: orders, days of silence, mean amount, share, rating
  double expected = 0;  // from the year before, season included
  double p = 1, q = 1;
};

struct WarningList {
  std::vector<Warning> warnings;  // q at or below the rate; by q, then p, then slot and kind
  int64_t tests = 0;              // that were corrected for
  int64_t customers = 0;          // with at least one test
  double dispersion = 1;          // of quarterly order counts: variance over mean, at least 1
  stats::GammaPrior prior;        // of monthly order rates, fitted to the portfolio
};

struct WarningOptions {
  double false_discovery_rate = 0.1;
};

// Tests every customer who has at least four orders (or tickets) in the year before the last
// quarter, with Benjamini-Hochberg over all tests of all customers, so that the expected share of
// false alarms among the warnings is at most the stated rate. Nothing after `as_of` and no current
// value is looked at. Order tests go by the portfolio's season. Where the history holds a whole
// year before the last quarter and its months do not follow that season (chi-squared, 5 %), they
// must hold under the customer's own season too (of two years where the history holds them), the
// larger p counts.
absl::StatusOr<WarningList> FindEarlyWarnings(const image::Revision& revision, Day as_of,
                                              const WarningOptions& options, const StopToken& stop);

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_EARLY_WARNING_H_
