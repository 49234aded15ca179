#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_SEGMENT_VOLATILITY_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_SEGMENT_VOLATILITY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/insight/revenue/volatility.h"
#include "server/analytics/kpi/query.h"

namespace strata::analytics::insight {

// How steady the monthly revenue of each class of customers is.
struct SegmentVolatility {
  struct Group {
    std::string name;
    int64_t customers = 0;
    Volatility volatility;
    // Of every month of the range; one whose revenue leaves what an Amount holds is above all that
    // fit.
    std::vector<MicrosSum> series;
    bool out_of_range = false;  // some month is: nothing is measured
    size_t first = 0;  // of the series: the month of the first purchase; before it nobody could buy
  };
  std::vector<std::string> months;
  std::vector<Group> groups;
  // Of two groups: which measure calls which one steadier.
  std::vector<std::string> findings;
  fields::ResultInfo info;
};

// `group_by` is a groupable field of customers; empty cuts the tiers into "strategic" and "other".
// Exposure begins with a group's first purchase, in the range or before it: from its month on every
// month that the scope's range touches counts, empty ones as zero; the last one not while it goes
// on at as_of, of which a note tells.
absl::StatusOr<SegmentVolatility> MeasureSegmentVolatility(const fields::Scope& scope,
                                                           const std::string& group_by);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_SEGMENT_VOLATILITY_H_
