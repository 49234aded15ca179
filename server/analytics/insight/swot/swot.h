#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SWOT_SWOT_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SWOT_SWOT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/kpi/query.h"

// Strengths, weaknesses, opportunities and threats as rules over the figures: swot_rules.h has the
// rules. Nothing is said that the KPI engine does not say too.

namespace strata::analytics::insight {

enum class SwotKind : uint8_t { kStrength, kWeakness, kOpportunity, kThreat };

// One figure behind a statement.
struct SwotEvidence {
  std::string kpi;
  // A filter, that of the scope included; empty: everything. ExplainKpi of `kpi` under it, with the
  // scope's dates, gives `value`.
  std::string where;
  fields::Cell value;
  fields::Value comparison = fields::NullReason::kNotApplicable;
  // "all ages (revenue where age_band:*)": what the comparison is, and where it comes from when it
  // is a figure of the KPI engine.
  std::string comparison_meaning;
};

struct SwotStatement {
  SwotKind kind = SwotKind::kStrength;
  std::string rule;  // stable id: "age-strongest-band"
  std::string statement;
  std::vector<SwotEvidence> evidence;
  std::string recommendation;
};

struct Swot {
  std::vector<SwotStatement> statements;  // by kind, then in the order of the rules
  // Rules that could not be evaluated: "support-high-revenue: the workspace has no tickets". A rule
  // that was evaluated and is not met is in neither list.
  std::vector<std::string> silent;
  fields::ResultInfo info;
};

// INVALID_ARGUMENT for a filter that names anything but customers ("scope.filter"), and for classes
// that are not those of as_of ("scope.classes_at").
absl::StatusOr<Swot> GenerateSwot(const fields::Scope& scope);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SWOT_SWOT_H_
