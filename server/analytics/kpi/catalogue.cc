#include "server/analytics/kpi/catalogue.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/kpi/definition.h"
#include "server/domain/nearest_names.h"
#include "server/domain/unicode.h"

namespace strata::analytics::kpi {
namespace {

std::vector<Definition> AllDefinitions() {
  std::vector<Definition> all;
  for (auto family : {&SalesDefinitions, &CustomerDefinitions, &DeliveryDefinitions,
                      &ServiceDefinitions, &ContractDefinitions}) {
    std::vector<Definition> definitions = family();
    std::move(definitions.begin(), definitions.end(), std::back_inserter(all));
  }
  return all;
}

std::string NearestIds(absl::string_view id) {
  std::vector<absl::string_view> ids;
  for (const Kpi& kpi : Kpis()) ids.push_back(kpi.id);
  return absl::StrJoin(NearestNames(id, ids), ", ");
}

}  // namespace

const std::vector<Definition>& Definitions() {
  static const auto* const all = new std::vector<Definition>(AllDefinitions());
  return *all;
}

const Definition& DefinitionOf(const Kpi& kpi) { return Definitions()[&kpi - Kpis().data()]; }

Definition OfPurchases(Definition definition) {
  std::string& notes = definition.kpi.notes;
  if (!notes.empty()) notes += " ";
  notes +=
      "Orders are purchases: recognised orders whose total is not negative. A recognised order "
      "with a negative total, all its lines together, is a return.";
  return definition;
}

bool CanFilterBy(const Definition& definition, const fields::Field& field) {
  const Facts facts = definition.facts;
  switch (field.grain) {
    case fields::Grain::kCustomer:
      return true;
    case fields::Grain::kOrder:
    case fields::Grain::kLine:
      return facts == Facts::kOrders;
    case fields::Grain::kTicket:
      return facts == Facts::kTickets;
    case fields::Grain::kContract:
      return facts == Facts::kContracts;
    case fields::Grain::kSurvey:
      return facts == Facts::kSurveys;
    case fields::Grain::kEvent:
      return facts == Facts::kOrders || facts == Facts::kTickets || facts == Facts::kSurveys;
  }
  return false;
}

bool CanGroupBy(const Definition& definition, const fields::Field& field) {
  if (!field.groupable) return false;
  const Facts facts = definition.facts;
  if (field.grain == fields::Grain::kEvent && facts == Facts::kRatings) return true;
  if (field.grain == fields::Grain::kEvent &&
      (facts == Facts::kContracts || facts == Facts::kMovements || facts == Facts::kInactivity)) {
    return fields::PeriodUnitOf(field.id).has_value();
  }
  return CanFilterBy(definition, field);
}

absl::Span<const Kpi> Kpis() {
  static const auto* const rows = [] {
    auto* all = new std::vector<Kpi>;
    for (const Definition& definition : Definitions()) all->push_back(definition.kpi);
    return all;
  }();
  return *rows;
}

absl::StatusOr<const Kpi*> FindKpi(absl::string_view id) {
  for (const Kpi& kpi : Kpis()) {
    if (kpi.id == id) return &kpi;
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no KPI \"", CutToValidUtf8(id, 64),
                                                 "\"; the nearest are ", NearestIds(id)));
}

std::vector<std::string> FieldsOf(const Kpi& kpi, const fields::FieldCatalogue& fields) {
  const Definition& definition = DefinitionOf(kpi);
  std::vector<std::string> ids;
  for (const fields::Field& field : fields.fields()) {
    if (CanGroupBy(definition, field) || CanFilterBy(definition, field)) {
      ids.push_back(field.id);
    }
  }
  return ids;
}

}  // namespace strata::analytics::kpi
