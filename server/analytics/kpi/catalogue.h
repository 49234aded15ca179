#ifndef STRATA_SERVER_ANALYTICS_KPI_CATALOGUE_H_
#define STRATA_SERVER_ANALYTICS_KPI_CATALOGUE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/analytics/fields/field.h"

namespace strata::analytics::kpi {

// One row of the KPI catalogue. Adding a KPI means adding its row and its function in the file of
// its family; the RPCs, the CLI, the reference page and the generic tests iterate the catalogue.
struct Kpi {
  std::string id, name, unit;
  fields::ValueType type = fields::ValueType::kInteger;
  std::string formula;  // in words
  std::string version = "1";
  bool additive = false;
  fields::Grain grain = fields::Grain::kOrder;  // of the facts it counts; kCustomer: no facts
  std::string family;  // "sales", "customers", "delivery", "service", "contracts"
  bool higher_is_better = true;
  std::string notes;
};

// All KPIs, in the order of the documentation.
absl::Span<const Kpi> Kpis();

// INVALID_ARGUMENT that names the nearest ids when there is none.
absl::StatusOr<const Kpi*> FindKpi(absl::string_view id);

// The ids of `fields` that `kpi` can be grouped and filtered by.
std::vector<std::string> FieldsOf(const Kpi& kpi, const fields::FieldCatalogue& fields);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_CATALOGUE_H_
