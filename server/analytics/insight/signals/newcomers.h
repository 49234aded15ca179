#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_NEWCOMERS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_NEWCOMERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata::analytics::insight {

// A customer of less than 18 months who already buys more than the least of the strategic ones.
struct Newcomer {
  image::Slot slot = image::kNoSlot;
  Day first_purchase = kNoDay;
  int days = 0;        // with purchases since, the first one not counted
  double amount = 0;   // ordered since the first purchase, without it; currency units
  double monthly = 0;  // of it, per month of the portfolio's season
  double p = 1, q = 1;
};

struct Newcomers {
  std::vector<Newcomer> customers;  // q at or below the rate; by monthly amount, then slot
  double threshold = 0;             // a month's part of the strategic threshold, currency units
  int64_t tests = 0;                // customers of three to 18 months
};

struct NewcomerOptions {
  double false_discovery_rate = 0.1;
  int strategic_share_bp = 2'000;
};

// Tests every customer whose first purchase lies three to 18 months back and who is not beyond
// turning: is the average amount a month since then above a twelfth of the strategic threshold
// (StrategicThreshold)? An average of what was, and no trend: a start-up ramp is carried no further
// and nobody is said to reach anything on a day. The first purchase opens the exposure and is not
// counted. The chance is Poisson's for orders of the customer's mean size, weighted by amount, over
// the portfolio's season and dispersion; with fewer than three days with purchases p is 1.
// Benjamini-Hochberg over all tested. Nothing after `as_of` and no current value is looked at.
absl::StatusOr<Newcomers> FindNewcomers(const image::Revision& revision, Day as_of,
                                        const NewcomerOptions& options, const StopToken& stop);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_NEWCOMERS_H_
