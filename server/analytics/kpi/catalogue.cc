#include "server/analytics/kpi/catalogue.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/kpi/definition.h"

namespace strata::analytics {
namespace {

std::vector<kpi::Definition> AllDefinitions() {
  std::vector<kpi::Definition> all;
  for (auto family : {&kpi::SalesDefinitions, &kpi::CustomerDefinitions, &kpi::DeliveryDefinitions,
                      &kpi::ServiceDefinitions, &kpi::ContractDefinitions}) {
    std::vector<kpi::Definition> definitions = family();
    std::move(definitions.begin(), definitions.end(), std::back_inserter(all));
  }
  return all;
}

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string NearestIds(absl::string_view id) {
  const absl::string_view head = id.substr(0, 64);  // longer ones resemble nothing
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const Kpi& kpi : Kpis()) ranked.emplace_back(EditDistance(head, kpi.id), kpi.id);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  ranked.resize(3);
  return absl::StrJoin(ranked, ", ", [](std::string* out, const auto& entry) {
    absl::StrAppend(out, entry.second);
  });
}

}  // namespace

namespace kpi {

const std::vector<Definition>& Definitions() {
  static const auto* const all = new std::vector<Definition>(AllDefinitions());
  return *all;
}

const Definition& DefinitionOf(const Kpi& kpi) { return Definitions()[&kpi - Kpis().data()]; }

bool CanFilterBy(const Definition& definition, const Field& field) {
  const Facts facts = definition.facts;
  switch (field.grain) {
    case Grain::kCustomer:
      return true;
    case Grain::kOrder:
    case Grain::kLine:
      return facts == Facts::kOrders;
    case Grain::kTicket:
      return facts == Facts::kTickets;
    case Grain::kContract:
      return facts == Facts::kContracts;
    case Grain::kSurvey:
      return facts == Facts::kSurveys;
    case Grain::kEvent:
      return facts == Facts::kOrders || facts == Facts::kTickets || facts == Facts::kSurveys;
  }
  return false;
}

bool CanGroupBy(const Definition& definition, const Field& field) {
  if (!field.groupable) return false;
  const Facts facts = definition.facts;
  if (field.grain == Grain::kEvent && facts == Facts::kRatings) return true;
  if (field.grain == Grain::kEvent &&
      (facts == Facts::kContracts || facts == Facts::kMovements || facts == Facts::kInactivity)) {
    return PeriodUnitOf(field.id).has_value();
  }
  return CanFilterBy(definition, field);
}

}  // namespace kpi

absl::Span<const Kpi> Kpis() {
  static const auto* const rows = [] {
    auto* all = new std::vector<Kpi>;
    for (const kpi::Definition& definition : kpi::Definitions()) all->push_back(definition.kpi);
    return all;
  }();
  return *rows;
}

absl::StatusOr<const Kpi*> FindKpi(absl::string_view id) {
  for (const Kpi& kpi : Kpis()) {
    if (kpi.id == id) return &kpi;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no KPI \"", id.substr(0, 64), "\"; the nearest are ", NearestIds(id)));
}

std::vector<std::string> FieldsOf(const Kpi& kpi, const FieldCatalogue& fields) {
  const kpi::Definition& definition = kpi::DefinitionOf(kpi);
  std::vector<std::string> ids;
  for (const Field& field : fields.fields()) {
    if (kpi::CanGroupBy(definition, field) || kpi::CanFilterBy(definition, field)) {
      ids.push_back(field.id);
    }
  }
  return ids;
}

}  // namespace strata::analytics
