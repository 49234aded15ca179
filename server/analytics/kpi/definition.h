#ifndef STRATA_SERVER_ANALYTICS_KPI_DEFINITION_H_
#define STRATA_SERVER_ANALYTICS_KPI_DEFINITION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/kpi/catalogue.h"
#include "server/analytics/kpi/query.h"
#include "server/analytics/kpi/scan/measure.h"

// What the engine needs to know of a KPI beside its public row.

namespace strata::analytics::kpi {

// What a figure is computed from.
struct FigureInput {
  CellView cell;
  // For KPIs against a period before: its measures, 0 where it had no records.
  std::optional<CellView> previous;
  bool has_history = true;  // false: the period before lies before the first record
  // For shares: the measures of the denominator.
  std::optional<CellView> whole;
};
using Figure = absl::StatusOr<fields::Cell> (*)(const FigureInput&);

enum class Comparison : uint8_t { kNone, kPrevious, kWhole };

// A measure with words: the numerator of a ratio, or what customers contribute to a figure.
struct Part {
  Measure measure;
  fields::ValueType type;  // kMoney, kInteger, or kNumber of a quantity
  std::string meaning;
  std::optional<Measure> less = std::nullopt;  // subtracted from it
  std::optional<Measure> plus = std::nullopt;  // added to it

  MicrosSum Of(const CellView& cell) const {
    MicrosSum value = cell[measure];
    if (less.has_value()) value -= cell[*less];
    if (plus.has_value()) value += cell[*plus];
    return value;
  }
  MeasureSet measures() const {
    return MeasureSet{measure, less.value_or(measure), plus.value_or(measure)};
  }
};

struct Definition {
  Kpi kpi;
  Facts facts;       // decides what it can be grouped and filtered by
  MeasureSet needs;  // of `facts`, and kCustomers
  Figure figure;
  Comparison comparison = Comparison::kNone;
  bool rate = false;  // a change of it is a difference, not a ratio
  Measure records;    // how many facts are behind it
  std::optional<Part> numerator, denominator;
  std::optional<Part> contribution;  // of customers; nullopt: the numerator
};

// One function a family, each in the family's file.
std::vector<Definition> SalesDefinitions();
std::vector<Definition> CustomerDefinitions();
std::vector<Definition> DeliveryDefinitions();
std::vector<Definition> ServiceDefinitions();
std::vector<Definition> ContractDefinitions();

// Adds to the notes what a purchase is: for every KPI that counts orders or who placed them.
Definition OfPurchases(Definition definition);

// All of them, in the order of Kpis().
const std::vector<Definition>& Definitions();

// The definition of a row of Kpis().
const Definition& DefinitionOf(const Kpi& kpi);

bool CanGroupBy(const Definition& definition, const fields::Field& field);
// Figures of a day or between two (contracts, inactivity) group by periods but do not filter by
// them: no single event of theirs lies in the period. Nor do ratings, which count on the day of a
// ticket's resolution, while time fields of tickets are those of the opening.
bool CanFilterBy(const Definition& definition, const fields::Field& field);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_DEFINITION_H_
