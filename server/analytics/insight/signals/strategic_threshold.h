#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_STRATEGIC_THRESHOLD_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_STRATEGIC_THRESHOLD_H_

#include <vector>

#include "server/analytics/facts/customer_events.h"
#include "server/domain/day.h"
#include "server/domain/money.h"

namespace strata::analytics::insight {

// What customers ordered in the year up to a day, whatever became of the orders; of it the
// strategic threshold: the amount of the customer at rank floor(share n) among the n who ordered
// for more than nothing, of the first where the share comes to less than one of them; 0 without
// any. Emerging accounts and newcomers are measured against it.
class TrailingYears {
 public:
  TrailingYears();

  // From within ForEachCustomer; returns the customer's amount.
  MicrosSum Look(size_t worker, const facts::CustomerEvents& events, Day as_of);

  // After the scan.
  MicrosSum Threshold(int strategic_share_bp) const;

 private:
  std::vector<std::vector<MicrosSum>> amounts_;  // by worker
};

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_STRATEGIC_THRESHOLD_H_
