#include "server/analytics/insight/insight_fields.h"

#include "absl/status/status.h"
#include "server/analytics/fields/feature_plan.h"
#include "server/analytics/insight/health/health.h"
#include "server/analytics/insight/risk/current_risk.h"
#include "server/base/status_macros.h"
#include "server/base/stop.h"

namespace strata::analytics::insight {
namespace {

using enum fields::Grain;
using enum fields::ValueType;

void PlanHealth(fields::FeaturePlan& plan, const fields::Field&, fields::FeatureColumn* column) {
  plan.Compute([&plan, column](const StopToken& stop) -> absl::Status {
    STRATA_ASSIGN_OR_RETURN(column->numbers, HealthScores(plan.revision(), plan.as_of(), stop));
    return absl::OkStatus();
  });
}

void PlanRisk(fields::FeaturePlan& plan, const fields::Field&, fields::FeatureColumn* column) {
  plan.Compute([&plan, column](const StopToken& stop) -> absl::Status {
    STRATA_ASSIGN_OR_RETURN(const CurrentRisk risk,
                            AssessCurrentRisk(plan.revision(), plan.as_of(), stop));
    column->numbers = risk.BySlot(plan.revision().slots);
    return absl::OkStatus();
  });
}

// clang-format off
constexpr fields::FieldDefinition kRows[] = {
    {"health", kNumber, "points", kCustomer, fields::kNoGroups, fields::kAsOf,
     "Health score, 0 (lost) to 100 (thriving): the weighted mean of what is known of recency, "
     "trends, service, delivery, satisfaction and renewal; `customer show` tells the parts.",
     PlanHealth},
    {"escalation_risk", kNumber, "1", kCustomer, fields::kNoGroups, fields::kAsOf,
     "Chance of an escalation within the next quarter by the escalation risk model, or the score of "
     "its scorecard where the history carries no model; not known of customers who are not active.",
     PlanRisk},
};
// clang-format on

}  // namespace

fields::FieldFamily InsightFields() { return {kRows}; }

}  // namespace strata::analytics::insight
