#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_RISK_CURRENT_RISK_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_RISK_CURRENT_RISK_H_

#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/insight/risk/risk_model.h"
#include "server/base/stop.h"
#include "server/domain/day.h"
#include "server/image/revision.h"

// Escalation risk as of a day: the one model that the risk ranking, the intervention queue, the
// renewals and a customer's page all name.

namespace strata::analytics::insight {

struct CurrentRisk {
  RiskModel model;   // trained on the quarters whose outcome was known by as_of
  RiskSnapshot now;  // the features of every active customer as of as_of

  // By slot of `slots`; NaN for customers who are not active.
  std::vector<double> BySlot(image::Slot slots) const;
};

// Trains and takes the features in one scan. Nothing after `as_of` is looked at.
absl::StatusOr<CurrentRisk> AssessCurrentRisk(const image::Revision& revision, Day as_of,
                                              const StopToken& stop);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_RISK_CURRENT_RISK_H_
