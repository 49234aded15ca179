#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_RETENTION_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_RETENTION_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/scope.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata::analytics::insight {

// Customers by the month of their first purchase, and how many came back.
struct RetentionCohort {
  int32_t month = 0;  // Calendar::PeriodOf(kMonth)
  int64_t customers = 0;
  // [n - 1]: share that ordered in the n-th month after the first; nullopt: that month is not over
  // by as_of.
  std::vector<std::optional<double>> returned;
  // [n - 1]: share that ordered in the n-th month after the first or in any later complete month.
  std::vector<std::optional<double>> returned_or_later;
};

struct Retention {
  std::vector<RetentionCohort>
      cohorts;  // every month from the first cohort on, empty ones included
  // [n - 1]: by cohort size, over the cohorts that reached month n, empty months counted as zero.
  std::vector<std::optional<double>> weighted_mean;
};

// `include[slot]` chooses the customers. Cohorts whose first month lies in `range`; months 1 ..
// `months` after it.
absl::StatusOr<Retention> MeasureRetention(const image::Revision& revision, Day as_of,
                                           fields::DayRange range,
                                           const std::vector<uint8_t>& include, int months,
                                           const StopToken& stop);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_REVENUE_RETENTION_H_
