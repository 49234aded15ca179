#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_DISTRIBUTION_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_DISTRIBUTION_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "server/analytics/fields/field.h"
#include "server/domain/money.h"

namespace strata::analytics::insight {

// One customer's purchases.
struct CustomerTotals {
  MicrosSum revenue = 0;  // net: less what returns took back
  int64_t orders = 0;     // at least 1
  MicrosSum refunds = 0;  // what returns took back
};

// The top group against the median customer.
struct Distribution {
  struct Measure {
    std::string name;                        // "revenue", "orders", "average_order_value"
    fields::Value top_median;                // of the top group
    fields::Value median;                    // of everybody, the top group included
    double ratio = 0;                        // of the two; 0 where the median is not positive
    std::vector<fields::Value> percentiles;  // 5, 10, 25, 50, 75, 90, 95, type 7
  };
  struct Bin {
    MicrosSum from = 0, to = 0;  // [from, to)
    int64_t customers = 0, top_customers = 0;
  };
  int64_t customers = 0, top_customers = 0;
  std::vector<Measure> measures;
  // Of revenue: equal steps of its logarithm, rounded to whole units, from the lowest positive to
  // above the highest; a first bin below one unit takes what is not positive.
  std::vector<Bin> histogram;
};

// `descending` is sorted by revenue, highest first; the top group is its first floor(share n), at
// least 1. Everything is empty when there is no customer.
Distribution MeasureDistribution(absl::Span<const CustomerTotals> descending, int top_share_bp,
                                 int bins);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_DISTRIBUTION_H_
