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
#include "server/domain/nearest_names.h"
#include "server/domain/unicode.h"

namespace strata::analytics::kpi {
namespace {

constexpr size_t kLongestShown = 96;  // of a name that there is not, in bytes

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

// The ids of the fields that fit, so that who takes one of them is not refused again.
template <typename Fits>
std::vector<std::string> FieldsThat(const fields::FieldCatalogue& catalogue, Fits fits) {
  std::vector<std::string> ids;
  for (const fields::Field& field : catalogue.fields()) {
    if (fits(field)) ids.push_back(field.id);
  }
  return ids;
}

bool CanFilterAll(const std::vector<const Definition*>& kpis, const fields::Field& field) {
  return std::all_of(kpis.begin(), kpis.end(),
                     [&](const Definition* kpi) { return CanFilterBy(*kpi, field); });
}

// Whether `group_by` can name the field beside what it names already.
bool CanBeAdded(const fields::Field& field, const KpiQuery& query, const Plan& plan) {
  return std::count(query.group_by.begin(), query.group_by.end(), field.id) == 0 &&
         std::all_of(plan.kpis.begin(), plan.kpis.end(),
                     [&](const Definition* kpi) { return CanGroupBy(*kpi, field); });
}

// `what` says of a KPI and a field that they cannot go together: this adds what can.
absl::Status Incompatible(absl::string_view path, absl::string_view what, size_t kpis,
                          const std::vector<std::string>& fitting) {
  const std::string names = absl::StrJoin(fitting, ", ");
  const std::string advice =
      fitting.empty() ? "no field goes with all KPIs of the request, so ask for them apart"
      : kpis == 1     ? absl::StrCat("it can by ", names)
                      : absl::StrCat("all KPIs of the request can by ", names);
  return WithMetadata(
      WithReason(FieldError(path, absl::StrCat(what, "; ", advice)), "INCOMPATIBLE_FIELD"),
      "fields", names);
}

// Whether the query's filter and its group_by, as far as they can be read, go with the KPI.
bool RestFits(const KpiQuery& query, const fields::FieldCatalogue& catalogue,
              const Definition& definition) {
  for (const std::string& id : query.group_by) {
    const absl::StatusOr<const fields::Field*> field = catalogue.Find(id);
    if (field.ok() && !CanGroupBy(definition, **field)) return false;
  }
  const absl::StatusOr<filter::Filter> filter =
      filter::Filter::Parse(query.scope.filter, catalogue);
  return !filter.ok() ||
         std::all_of(filter->fields().begin(), filter->fields().end(),
                     [&](const fields::Field* field) { return CanFilterBy(definition, *field); });
}

absl::Status AddKpis(const KpiQuery& query, Plan* plan) {
  if (query.kpis.empty()) return FieldError("kpis", "name at least one KPI");
  if (query.kpis.size() > kMostKpis) {
    return FieldError("kpis",
                      absl::StrCat("at most ", kMostKpis, " KPIs, not ", query.kpis.size()));
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < query.kpis.size(); ++i) {
    STRATA_ASSIGN_OR_RETURN(const Kpi* kpi, KpiOf(query, i, Path("kpis", i), *plan->catalogue));
    if (!seen.insert(kpi->id).second) {
      return FieldError(Path("kpis", i), absl::StrCat("\"", kpi->id, "\" is named twice"));
    }
    plan->kpis.push_back(&DefinitionOf(*kpi));
  }
  return absl::OkStatus();
}

absl::Status AddField(const KpiQuery& query, size_t index, Plan* plan) {
  const std::string& id = query.group_by[index];
  const std::string path = Path("group_by", index);
  const auto can_be_added = [&](const fields::Field& other) {
    return CanBeAdded(other, query, *plan);
  };
  const absl::StatusOr<const fields::Field*> field = plan->catalogue->Find(id, can_be_added);
  if (!field.ok()) return At(path, field.status());
  if (std::count(plan->fields.begin(), plan->fields.end(), *field) > 0) {
    return FieldError(path, absl::StrCat("\"", id, "\" is named twice"));
  }
  if (!(*field)->groupable) {
    const char* advice = CanFilterAll(plan->kpis, **field) ? "; it can filter" : "";
    return FieldError(path, absl::StrCat("\"", id, "\" cannot group", advice));
  }
  for (const Definition* definition : plan->kpis) {
    if (CanGroupBy(*definition, **field)) continue;
    return Incompatible(
        path, absl::StrCat("\"", definition->kpi.id, "\" cannot be grouped by \"", id, "\""),
        plan->kpis.size(), FieldsThat(*plan->catalogue, can_be_added));
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
    STRATA_RETURN_IF_ERROR(AddField(query, i, plan));
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
    const std::string path = Path("ranges", i);
    if (range.name.empty()) return FieldError(path + ".name", "a range needs a name");
    if (!names.insert(range.name).second) {
      return FieldError(path + ".name", absl::StrCat("\"", range.name, "\" is named twice"));
    }
    if (range.kind == NamedRange::Kind::kDays &&
        (range.days.from == kNoDay || range.days.to < range.days.from)) {
      return FieldError(path + ".range.to", "the range ends before it starts");
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

absl::StatusOr<const Kpi*> KpiOf(const KpiQuery& query, size_t index, absl::string_view path,
                                 const fields::FieldCatalogue& catalogue) {
  const std::string& id = query.kpis[index];
  const absl::StatusOr<const Kpi*> kpi = FindKpi(id);
  if (kpi.ok()) return kpi;
  std::vector<absl::string_view> fitting;
  for (const Definition& definition : Definitions()) {
    const std::string& known = definition.kpi.id;
    if (std::count(query.kpis.begin(), query.kpis.end(), known) > 0) continue;
    if (RestFits(query, catalogue, definition)) fitting.push_back(known);
  }
  const std::string nearest = absl::StrJoin(NearestNames(id, fitting), ", ");
  return WithMetadata(WithReason(FieldError(path, absl::StrCat("there is no KPI \"",
                                                               CutToValidUtf8(id, kLongestShown),
                                                               "\"; the nearest are ", nearest)),
                                 "UNKNOWN_KPI"),
                      "nearest", nearest);
}

absl::StatusOr<filter::Filter> ParseFilter(const fields::Scope& scope,
                                           const fields::FieldCatalogue& catalogue,
                                           const std::vector<const Definition*>& kpis) {
  absl::StatusOr<filter::Filter> filter = filter::Filter::Parse(scope.filter, catalogue);
  if (!filter.ok()) return At("scope.filter", filter.status());
  for (const fields::Field* field : filter->fields()) {
    for (const Definition* definition : kpis) {
      if (CanFilterBy(*definition, *field)) continue;
      return Incompatible(
          "scope.filter",
          absl::StrCat("\"", definition->kpi.id, "\" cannot be filtered by \"", field->id, "\""),
          kpis.size(), FieldsThat(catalogue, [&](const fields::Field& other) {
            return CanFilterAll(kpis, other);
          }));
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
  STRATA_ASSIGN_OR_RETURN(plan.filter, ParseFilter(query.scope, *plan.catalogue, plan.kpis));
  return plan;
}

}  // namespace strata::analytics::kpi
