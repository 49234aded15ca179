#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_LOST_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_LOST_H_

#include <vector>

#include "absl/status/statusor.h"
#include "server/base/stop.h"
#include "server/domain/money.h"
#include "server/image/revision.h"

namespace strata::analytics::insight {

// A customer who is beyond turning (IsBeyondTurning) and whose rhythm does not explain the silence.
struct LostCustomer {
  image::Slot slot = image::kNoSlot;
  Day last_purchase = kNoDay;
  // Recognised revenue of the year up to the last purchase, returns taken off: what left. Goes by
  // the orders' status of today; who is listed does not.
  MicrosSum value = 0;
  double usual_gap = 0;  // days between two days with purchases in that year, on average
  double p = 1, q = 1;
};

struct LostCustomers {
  std::vector<LostCustomer>
      customers;        // q at or below the rate; by value, highest first, then slot
  MicrosSum value = 0;  // of all of them
  int64_t tests = 0;    // customers with a rhythm, whether they fell silent or not
};

struct LostOptions {
  double false_discovery_rate = 0.1;
};

// Tests every customer with three days with purchases, or more, in the year up to the last one
// (after the first purchase ever, which opens the exposure): the gamma-Poisson chance of so long a
// silence over the portfolio's season; 1 where it is no longer than one and a half times the
// longest gap between two purchases before, as with seasonal ones. p is 1 for those who are not
// beyond turning too, so that the stated rate holds for those who are: at most that share of the
// listed is expected to come back by itself. Benjamini-Hochberg over all tested. Nothing after
// `as_of` is looked at.
absl::StatusOr<LostCustomers> FindLostCustomers(const image::Revision& revision, Day as_of,
                                                const LostOptions& options, const StopToken& stop);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_LOST_H_
