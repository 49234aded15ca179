#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_RISK_INDICATORS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_RISK_INDICATORS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/insight/risk/risk_features.h"
#include "server/analytics/stats/roc.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata::analytics::insight {

// How well one feature, some quarters earlier, tells who will buy much less.
struct Indicator {
  RiskFeature feature = RiskFeature::kOrders;
  int lag_quarters = 1;  // the lag of 1..4 with the AUC farthest from one half
  stats::Auc auc;        // cases: customers who declined; above 0.5: high values announce it
  double p = 1;          // Mann-Whitney, two-sided
  double q = 1;          // Benjamini-Hochberg over all features and lags
  bool high_announces = true;
};

struct IndicatorRanking {
  std::vector<Indicator> indicators;  // by distance of the AUC from one half
  int64_t cases = 0, controls = 0;    // customer-quarters at lag 1
  int quarters = 0;                   // that were looked at
};

// A decline in a quarter: the customer ordered for at most (1 - drop) of the mean of the four
// quarters before, which must be positive, and all four lie behind the first purchase. Looks at the
// last eight quarters that had ended by `as_of`; each feature is taken as of the end of the quarter
// that lies `lag` quarters before.
absl::StatusOr<IndicatorRanking> RankIndicators(const image::Revision& revision, Day as_of,
                                                double drop, const StopToken& stop);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_RISK_INDICATORS_H_
