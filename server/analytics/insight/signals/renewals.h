#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_RENEWALS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_RENEWALS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/stop.h"
#include "server/domain/money.h"
#include "server/image/revision.h"

namespace strata::analytics::insight {

// A contract in force whose last day is near.
struct Renewal {
  image::Slot slot = image::kNoSlot;
  Day end_date = kNoDay;  // the last day in force
  Micros annual_value = 0;
  std::optional<bool> auto_renew;  // nullopt: not known
  std::string owner;               // of the contract; may be empty
};

// Contracts in force on `as_of` (ContractRule) whose end date lies in [as_of, as_of + days], by end
// date, then value (highest first), then customer id. What a contract says is a current value;
// contracts that begin after as_of are not seen, so a successor does not hide the end.
absl::StatusOr<std::vector<Renewal>> FindRenewals(const image::Revision& revision, Day as_of,
                                                  int days, const StopToken& stop);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_RENEWALS_H_
