#include "server/analytics/kpi/query.h"

#include <utility>

#include "server/analytics/kpi/evaluator.h"
#include "server/analytics/kpi/plan.h"
#include "server/analytics/kpi/result_info.h"
#include "server/analytics/kpi/table_builder.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

// The row of everything: the same request without group_by, computed from the facts.
absl::StatusOr<KpiTable::Row> TotalsOf(const KpiQuery& query, const Plan& plan,
                                       Evaluator* evaluator) {
  Plan ungrouped = plan;
  ungrouped.fields.clear();
  ungrouped.in_denominator.clear();
  ungrouped.order.clear();
  ungrouped.finest_period.reset();
  TableBuilder builder(query, ungrouped, evaluator);
  STRATA_ASSIGN_OR_RETURN(KpiTable table, builder.Build());
  KpiTable::Row totals = std::move(table.rows.front());
  totals.keys.assign(plan.fields.size(), fields::NullReason::kNotApplicable);
  return totals;
}

}  // namespace

absl::StatusOr<KpiAnswer> QueryKpis(const KpiQuery& query) {
  STRATA_ASSIGN_OR_RETURN(const Plan plan, MakePlan(query));
  Evaluator evaluator(query.scope, plan.filter, plan.fields, plan.Needs());
  TableBuilder builder(query, plan, &evaluator);
  KpiAnswer answer;
  STRATA_ASSIGN_OR_RETURN(answer.table, builder.Build());
  if (query.totals) {
    STRATA_ASSIGN_OR_RETURN(answer.table.totals, TotalsOf(query, plan, &evaluator));
  }
  STRATA_ASSIGN_OR_RETURN(answer.info, MakeResultInfo(query.scope, plan, builder, &evaluator));
  return answer;
}

}  // namespace strata::analytics::kpi
