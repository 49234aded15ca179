#ifndef STRATA_SERVER_ANALYTICS_KPI_PLAN_H_
#define STRATA_SERVER_ANALYTICS_KPI_PLAN_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/period.h"
#include "server/analytics/kpi/query.h"

// A request, checked: every name resolved, every combination known to fit.

namespace strata::analytics::kpi {

inline constexpr size_t kMostKpis = 50, kMostGroupFields = 8, kMostRanges = 4;

struct Plan {
  struct Range {
    std::string name;       // empty: the scope's own, which is the first
    fields::DayRange days;  // of a keyword's range perhaps none
    DayShift shift;  // of a keyword's range: onto the scope's own, so that rows stand side by side
    NamedRange::Kind kind = NamedRange::Kind::kDays;
  };
  struct Order {
    bool by_kpi;
    size_t index;  // of the KPI or the field
    bool descending;
  };

  std::shared_ptr<const fields::FieldCatalogue> catalogue;  // owns the fields
  std::vector<const Definition*> kpis;
  std::vector<const fields::Field*> fields;  // group_by
  std::vector<bool> in_denominator;          // by field: named by share_within
  std::vector<Range> ranges;
  std::vector<Order> order;
  filter::Filter filter;
  // The time field of group_by with the shortest periods.
  std::optional<size_t> finest_period;

  MeasureSet Needs(Comparison comparison) const;  // of KPIs with that comparison
  MeasureSet Needs() const;                       // of all
};

// INVALID_ARGUMENT names the request's field.
absl::StatusOr<Plan> MakePlan(const KpiQuery& query);

// The query's KPI of that index. INVALID_ARGUMENT at `path`, reason UNKNOWN_KPI, names the nearest
// ones that the query's filter and group_by go with.
absl::StatusOr<const Kpi*> KpiOf(const KpiQuery& query, size_t index, absl::string_view path,
                                 const fields::FieldCatalogue& catalogue);

// The scope's filter, parsed, for KPIs that all can be filtered by it. INVALID_ARGUMENT, reason
// INCOMPATIBLE_FIELD, names what all of them can be filtered by.
absl::StatusOr<filter::Filter> ParseFilter(const fields::Scope& scope,
                                           const fields::FieldCatalogue& catalogue,
                                           const std::vector<const Definition*>& kpis);

// The place of the time field with the shortest periods.
std::optional<size_t> FinestPeriodOf(const std::vector<const fields::Field*>& fields);

// Fields whose values are ranks or classes over the whole workspace: what classes_at is about.
bool IsClassField(const fields::Field& field);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_PLAN_H_
