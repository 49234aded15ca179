#ifndef STRATA_SERVER_ANALYTICS_SEGMENT_POPULATION_H_
#define STRATA_SERVER_ANALYTICS_SEGMENT_POPULATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/answer.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/fields/scope.h"
#include "server/image/revision.h"

namespace strata::analytics::segment {

// The customers that an insight is about: those that exist by as_of and satisfy the scope's filter,
// with the features that the insight needs.
struct Population {
  fields::Features features;
  std::vector<uint8_t> include;  // by slot
  fields::ResultInfo info;       // as_of, range, filter, customers_used, current values

  std::vector<image::Slot> Slots() const;  // ascending
};

// Tells which of the customer fields `ids` are current values, each once, ascending.
void AddCurrentValues(const fields::FieldCatalogue& catalogue, const std::vector<std::string>& ids,
                      fields::ResultInfo* info);

// `ids` are customer fields of the catalogue. INVALID_ARGUMENT for a filter that names anything but
// customers ("scope.filter").
absl::StatusOr<Population> SelectCustomers(const fields::Scope& scope,
                                           std::vector<std::string> ids);

// Of the recognised orders whose day lies in `range` and at or before `as_of`, of every customer,
// by slot.
struct CustomerRevenue {
  facts::SumColumn revenue;        // net
  std::vector<int32_t> orders;     // purchases
  std::vector<MicrosSum> refunds;  // what returns took back
};
absl::StatusOr<CustomerRevenue> SumRevenue(const fields::Scope& scope);

}  // namespace strata::analytics::segment

#endif  // STRATA_SERVER_ANALYTICS_SEGMENT_POPULATION_H_
