#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_CONCENTRATION_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_CONCENTRATION_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/analytics/classes/abc.h"
#include "server/analytics/stats/inequality.h"
#include "server/domain/money.h"

namespace strata::analytics::insight {

// How much of the revenue hangs on how few customers.
struct Concentration {
  struct Top {
    int share_bp = 0;  // 2,000: the highest 20 %
    int64_t customers = 0;
    MicrosSum revenue = 0;
    double share = 0;
  };
  struct Class {
    char name = 'A';
    int64_t customers = 0;
    MicrosSum revenue = 0;
    double share = 0;
  };
  int64_t customers = 0;  // with positive revenue
  int64_t left_out = 0;   // with revenue of zero or less
  MicrosSum revenue = 0;
  double gini = 0, gini_corrected = 0, hhi = 0, effective_number = 0;
  std::vector<Top> top;              // 1, 5, 10, 20 and 50 %
  int64_t customers_for_80 = 0;      // fewest customers that give 80 % of the revenue
  std::vector<Class> abc;            // A, B and C of the rule
  Top losing_first, losing_first_5;  // revenue lost if the top 1 or 5 leave
  std::vector<stats::LorenzPoint> lorenz;
};

// `descending` holds the revenue of every customer, highest first; those of zero or less are left
// out and counted. All zero when nobody has positive revenue. `rule` draws the lines of ABC.
Concentration MeasureConcentration(absl::Span<const MicrosSum> descending, int lorenz_points,
                                   const classes::AbcRule& rule = {});

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_CONCENTRATION_H_
