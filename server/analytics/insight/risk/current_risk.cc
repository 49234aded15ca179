#include "server/analytics/insight/risk/current_risk.h"

#include <limits>
#include <utility>

#include "server/analytics/insight/risk/risk_backtest.h"
#include "server/base/status_macros.h"
#include "server/domain/calendar.h"

namespace strata::analytics::insight {

std::vector<double> CurrentRisk::BySlot(image::Slot slots) const {
  std::vector<double> risk(slots, std::numeric_limits<double>::quiet_NaN());
  for (const RiskRow& row : now.rows) risk[row.slot] = model.Risk(row.features);
  return risk;
}

absl::StatusOr<CurrentRisk> AssessCurrentRisk(const image::Revision& revision, Day as_of,
                                              const StopToken& stop) {
  std::vector<Day> days = {as_of};
  for (int back = 1; back <= kTrainingQuarters; ++back) {
    days.push_back(Calendar::ShiftLastDay(as_of, -3 * back));
  }
  STRATA_ASSIGN_OR_RETURN(std::vector<RiskSnapshot> snapshots,
                          TakeTrainingSnapshots(revision, days, as_of, stop));
  std::vector<const RiskSnapshot*> history;
  for (const RiskSnapshot& snapshot : snapshots) {
    if (snapshot.outcome_known && !snapshot.rows.empty()) history.push_back(&snapshot);
  }
  CurrentRisk risk{.model = RiskModel::Train(history), .now = {}};
  risk.now = std::move(snapshots.front());
  return risk;
}

}  // namespace strata::analytics::insight
