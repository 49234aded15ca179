#ifndef STRATA_SERVER_ANALYTICS_KPI_RESULT_INFO_H_
#define STRATA_SERVER_ANALYTICS_KPI_RESULT_INFO_H_

#include <map>

#include "absl/status/statusor.h"
#include "server/analytics/kpi/evaluator.h"
#include "server/analytics/kpi/plan.h"
#include "server/analytics/kpi/table_builder.h"

namespace strata::analytics::kpi {

// What an answer rests on: records used (each once, however many KPIs read it) and left out and
// why, current values, hindsight. For each kind of facts that was looked at, the records used by it
// and left out add up to all there are.
absl::StatusOr<fields::ResultInfo> MakeResultInfo(const fields::Scope& scope, const Plan& plan,
                                                  const TableBuilder& builder,
                                                  Evaluator* evaluator);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_RESULT_INFO_H_
