#ifndef STRATA_SERVER_ANALYTICS_KPI_STANDING_H_
#define STRATA_SERVER_ANALYTICS_KPI_STANDING_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/kpi/catalogue.h"
#include "server/analytics/kpi/query.h"
#include "server/image/revision.h"

// Where one customer stands among all others, KPI by KPI.

namespace strata::analytics::kpi {

struct KpiStanding {
  const Kpi* kpi = nullptr;
  fields::Cell value;  // the KPI of this customer alone
  int64_t rank = 0;    // 1: the highest; customers of equal value share a rank; 0 without a value
  int64_t of = 0;      // customers with a value
  // Of those customers, exactly between the two middle ones of an even number: of the KPI's type,
  // but a number for counts. Null (no records) when there is none.
  fields::Value median = fields::NullReason::kNoRecords;
};

// The KPIs that say something of one customer, in the order of the catalogue. Left out are those
// that count customers or average over them (of one customer they are 1, or another KPI again) and
// those that hold a figure against another period or a whole.
std::vector<const Kpi*> KpisOfOneCustomer();

// The standing of the customer at `slot` in each of KpisOfOneCustomer(), over the scope's range as
// of its day, among the customers that exist by then. The scope's filter must be empty. A value
// equals that of QueryKpis filtered to the customer. One scan a kind of facts.
absl::StatusOr<std::vector<KpiStanding>> StandingsOf(const fields::Scope& scope, image::Slot slot);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_STANDING_H_
