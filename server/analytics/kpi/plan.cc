#include "server/analytics/kpi/plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/kpi/period.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

std::string Path(absl::string_view list, size_t index) {
  return absl::StrCat(list, "[", index, "]");
}

// Puts the path of a field in front of a message about its value.
absl::Status At(absl::string_view path, const absl::Status& status) {
  if (status.ok()) return status;
  absl::Status named(status.code(), absl::StrCat(path, ": ", status.message()));
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { named.SetPayload(url, payload); });
  return WithField(WithDefaultReason(std::move(named), "INVALID_FIELD"), path, status.message());
}

std::string FittingFields(const Definition& definition, const fields::FieldCatalogue& catalogue,
                          bool (*fits)(const Definition&, const fields::Field&)) {
  std::vector<std::string> ids;
  for (const fields::Field& field : catalogue.fields()) {
    if (fits(definition, field)) ids.push_back(field.id);
  }
  return absl::StrJoin(ids, ", ");
}

absl::Status AddKpis(const KpiQuery& query, Plan* plan) {
  if (query.kpis.empty()) return FieldError("kpis", "name at least one KPI");
  if (query.kpis.size() > kMostKpis) {
    return FieldError("kpis",
                      absl::StrCat("at most ", kMostKpis, " KPIs, not ", query.kpis.size()));
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < query.kpis.size(); ++i) {
    const absl::StatusOr<const Kpi*> kpi = FindKpi(query.kpis[i]);
    if (!kpi.ok()) return At(Path("kpis", i), kpi.status());
    if (!seen.insert((*kpi)->id).second) {
      return FieldError(Path("kpis", i), absl::StrCat("\"", (*kpi)->id, "\" is named twice"));
    }
    plan->kpis.push_back(&DefinitionOf(**kpi));
  }
  return absl::OkStatus();
}

absl::Status AddField(const std::string& id, const std::string& path, Plan* plan) {
  const absl::StatusOr<const fields::Field*> field = plan->catalogue->Find(id);
  if (!field.ok()) return At(path, field.status());
  if (std::count(plan->fields.begin(), plan->fields.end(), *field) > 0) {
    return FieldError(path, absl::StrCat("\"", id, "\" is named twice"));
  }
  if (!(*field)->groupable) {
    return FieldError(path, absl::StrCat("\"", id, "\" cannot group; it can filter"));
  }
  for (size_t k = 0; k < plan->kpis.size(); ++k) {
    const Definition& definition = *plan->kpis[k];
    if (CanGroupBy(definition, **field)) continue;
    return FieldError(path, absl::StrCat(Path("kpis", k), " \"", definition.kpi.id,
                                         "\" cannot be grouped by \"", id, "\"; it can by ",
                                         FittingFields(definition, *plan->catalogue, &CanGroupBy)));
  }
  plan->fields.push_back(*field);
  return absl::OkStatus();
}

absl::Status AddFields(const KpiQuery& query, Plan* plan) {
  if (query.group_by.size() > kMostGroupFields) {
    return FieldError("group_by", absl::StrCat("at most ", kMostGroupFields, " fields, not ",
                                               query.group_by.size()));
  }
  for (size_t i = 0; i < query.group_by.size(); ++i) {
    STRATA_RETURN_IF_ERROR(AddField(query.group_by[i], Path("group_by", i), plan));
  }
  plan->in_denominator.assign(plan->fields.size(), false);
  for (size_t i = 0; i < query.share_within.size(); ++i) {
    const auto found =
        std::find(query.group_by.begin(), query.group_by.end(), query.share_within[i]);
    if (found == query.group_by.end()) {
      return FieldError(Path("share_within", i),
                        absl::StrCat("\"", query.share_within[i], "\" is not in group_by"));
    }
    plan->in_denominator[static_cast<size_t>(found - query.group_by.begin())] = true;
  }
  return absl::OkStatus();
}

// Days that the request names stand for themselves.
Beside BesideOwn(const NamedRange& range, const fields::Scope& scope, const Plan& plan) {
  std::optional<PeriodUnit> finest;
  if (plan.finest_period.has_value())
    finest = fields::PeriodUnitOf(plan.fields[*plan.finest_period]->id);
  switch (range.kind) {
    case NamedRange::Kind::kDays:
      break;
    case NamedRange::Kind::kPreviousPeriod:
      return PreviousBeside(scope.range, scope.as_of, finest);
    case NamedRange::Kind::kSamePeriodLastYear:
      return LastYearBeside(*scope.revision->calendar, scope.range, scope.as_of, finest);
  }
  return {range.days, {}};
}

absl::Status AddRanges(const KpiQuery& query, Plan* plan) {
  const fields::DayRange own = query.scope.range;
  plan->ranges.push_back({"", own, {}, NamedRange::Kind::kDays});
  if (query.ranges.size() > kMostRanges) {
    return FieldError("ranges",
                      absl::StrCat("at most ", kMostRanges, " ranges beside the scope's, ", "not ",
                                   query.ranges.size()));
  }
  std::set<std::string> names;
  for (size_t i = 0; i < query.ranges.size(); ++i) {
    const NamedRange& range = query.ranges[i];
    if (range.name.empty()) return FieldError(Path("ranges", i), "a range needs a name");
    if (!names.insert(range.name).second) {
      return FieldError(Path("ranges", i), absl::StrCat("\"", range.name, "\" is named twice"));
    }
    if (range.kind == NamedRange::Kind::kDays &&
        (range.days.from == kNoDay || range.days.to < range.days.from)) {
      return FieldError(Path("ranges", i), "the range ends before it starts");
    }
    const auto [days, shift] = BesideOwn(range, query.scope, *plan);
    plan->ranges.push_back({range.name, days, shift, range.kind});
  }
  return absl::OkStatus();
}

absl::Status AddOrder(const KpiQuery& query, Plan* plan) {
  for (const OrderTerm& term : query.order_by) {
    const auto kpi = std::find(query.kpis.begin(), query.kpis.end(), term.id);
    if (kpi != query.kpis.end()) {
      plan->order.push_back({true, static_cast<size_t>(kpi - query.kpis.begin()), term.descending});
      continue;
    }
    const auto field = std::find(query.group_by.begin(), query.group_by.end(), term.id);
    if (field == query.group_by.end()) {
      return FieldError("order_by", absl::StrCat("\"", term.id,
                                                 "\" is neither a KPI nor a group_by field of "
                                                 "this request"));
    }
    plan->order.push_back(
        {false, static_cast<size_t>(field - query.group_by.begin()), term.descending});
  }
  if (query.limit < 0) return FieldError("limit", "a limit is not negative");
  return absl::OkStatus();
}

}  // namespace

MeasureSet Plan::Needs(Comparison comparison) const {
  MeasureSet needs;
  for (const Definition* definition : kpis) {
    if (definition->comparison == comparison) needs |= definition->needs;
  }
  return needs;
}

MeasureSet Plan::Needs() const {
  return Needs(Comparison::kNone) | Needs(Comparison::kPrevious) | Needs(Comparison::kWhole);
}

absl::StatusOr<filter::Filter> ParseFilter(const fields::Scope& scope,
                                           const fields::FieldCatalogue& catalogue,
                                           const std::vector<const Definition*>& kpis,
                                           const std::vector<std::string>& paths) {
  absl::StatusOr<filter::Filter> filter = filter::Filter::Parse(scope.filter, catalogue);
  if (!filter.ok()) return At("scope.filter", filter.status());
  for (const fields::Field* field : filter->fields()) {
    for (size_t k = 0; k < kpis.size(); ++k) {
      if (CanFilterBy(*kpis[k], *field)) continue;
      return FieldError(
          "scope.filter",
          absl::StrCat(paths[k], " \"", kpis[k]->kpi.id, "\" cannot be filtered by \"", field->id,
                       "\"; it can by ", FittingFields(*kpis[k], catalogue, &CanFilterBy)));
    }
  }
  return filter;
}

std::optional<size_t> FinestPeriodOf(const std::vector<const fields::Field*>& fields) {
  std::optional<size_t> finest;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::optional<PeriodUnit> unit = fields::PeriodUnitOf(fields[i]->id);
    if (!unit.has_value()) continue;
    if (!finest.has_value() || IsFiner(*unit, *fields::PeriodUnitOf(fields[*finest]->id)))
      finest = i;
  }
  return finest;
}

bool IsClassField(const fields::Field& field) {
  if (field.grain != fields::Grain::kCustomer) return false;
  const absl::string_view id = field.id;
  for (const absl::string_view name :
       {"tier", "loyalty", "abc", "rfm_segment", "health", "escalation_risk"}) {
    if (id == name) return true;
  }
  return absl::StartsWith(id, "rfm.") || absl::StartsWith(id, "revenue_rank") ||
         absl::StartsWith(id, "segment:");
}

absl::StatusOr<Plan> MakePlan(const KpiQuery& query) {
  Plan plan;
  plan.catalogue = std::make_shared<const fields::FieldCatalogue>(*query.scope.revision);
  STRATA_RETURN_IF_ERROR(AddKpis(query, &plan));
  STRATA_RETURN_IF_ERROR(AddFields(query, &plan));
  plan.finest_period = FinestPeriodOf(plan.fields);
  STRATA_RETURN_IF_ERROR(AddRanges(query, &plan));
  STRATA_RETURN_IF_ERROR(AddOrder(query, &plan));
  std::vector<std::string> paths;
  for (size_t k = 0; k < plan.kpis.size(); ++k) paths.push_back(Path("kpis", k));
  STRATA_ASSIGN_OR_RETURN(plan.filter, ParseFilter(query.scope, *plan.catalogue, plan.kpis, paths));
  return plan;
}

}  // namespace strata::analytics::kpi
