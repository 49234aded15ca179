#include "server/analytics/kpi/scan/fact_scan.h"

#include "absl/strings/str_cat.h"
#include "server/base/error.h"

namespace strata::analytics::kpi {

absl::StatusOr<ScanResult> ScanFacts(Facts facts, const ScanInput& input) {
  switch (facts) {
    case Facts::kOrders:
      return ScanOrders(input);
    case Facts::kTickets:
      return ScanTickets(input);
    case Facts::kRatings:
      return ScanRatings(input);
    case Facts::kSurveys:
      return ScanSurveys(input);
    case Facts::kContracts:
      return ScanContracts(input);
    case Facts::kMovements:
      return ScanMovements(input);
    case Facts::kInactivity:
      return ScanInactivity(input);
    case Facts::kCustomers:
      return ScanCustomers(input);
  }
  return absl::InternalError("unknown facts");
}

absl::Status CheckGroups(const ScanInput& input, size_t groups) {
  if (!input.limit_groups || groups <= kMostGroups) return absl::OkStatus();
  return FieldError("group_by", absl::StrCat("the answer has more than ", kMostGroups,
                                             " groups; filter, or group by fewer fields"));
}

}  // namespace strata::analytics::kpi
