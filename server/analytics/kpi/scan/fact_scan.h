#ifndef STRATA_SERVER_ANALYTICS_KPI_SCAN_FACT_SCAN_H_
#define STRATA_SERVER_ANALYTICS_KPI_SCAN_FACT_SCAN_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/kpi/scan/group_ids.h"
#include "server/analytics/kpi/scan/group_space.h"
#include "server/analytics/kpi/scan/measure.h"
#include "server/analytics/kpi/used_rows.h"
#include "server/base/scan_pool.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

// Scans of the facts: from the columns of a revision to the measures of groups.

namespace strata::analytics::kpi {

struct ScanInput {
  const image::Revision* revision = nullptr;
  const GroupSpace* space = nullptr;  // its window holds `window`
  // What rows must satisfy beyond their customer being in a group of `space`; null: nothing.
  const filter::BoundFilter* filter = nullptr;
  fields::DayRange window;  // the days that count; ends at as_of at the latest; may be empty
  Day as_of = kNoDay;
  MeasureSet measures;  // of the facts that are scanned
  // By slot: 1 for tier strategic. Set when kStrategicRevenue is asked for.
  const std::vector<uint8_t>* strategic = nullptr;
  // By slot: 1 for customers that exist by as_of. Set when kCustomers is asked for.
  const std::vector<uint8_t>* exists = nullptr;
  UsedRows* used = nullptr;  // takes the tickets, contracts and surveys that are used; may be null
  bool limit_groups = true;  // false: more than kMostGroups are no error
  StopToken stop;
};

// What became of the facts, from the widest set to the narrowest.
struct ScanCounts {
  int64_t in_window = 0;  // whatever customer or filter
  int64_t matched = 0;    // in a group
  int64_t used = 0;       // and counted: recognised, where that matters
  int64_t returns = 0;    // of these: orders that are no purchases

  ScanCounts& operator+=(const ScanCounts& other) {
    in_window += other.in_window;
    matched += other.matched;
    used += other.used;
    returns += other.returns;
    return *this;
  }
};

struct ScanResult {
  std::vector<uint64_t> keys;  // ascending; only groups that have facts
  MeasureTable measures;       // a row a key
  ScanCounts counts;
};

// Scans the facts of one kind, side by side on all workers, once. Fails with the stop token's
// reason, or INVALID_ARGUMENT beyond kMostGroups groups.
absl::StatusOr<ScanResult> ScanFacts(Facts facts, const ScanInput& input);

// The scans behind it, each in its own file.
absl::StatusOr<ScanResult> ScanOrders(const ScanInput& input);
absl::StatusOr<ScanResult> ScanTickets(const ScanInput& input);
absl::StatusOr<ScanResult> ScanRatings(const ScanInput& input);
absl::StatusOr<ScanResult> ScanSurveys(const ScanInput& input);
absl::StatusOr<ScanResult> ScanContracts(const ScanInput& input);
absl::StatusOr<ScanResult> ScanMovements(const ScanInput& input);
absl::StatusOr<ScanResult> ScanInactivity(const ScanInput& input);
absl::StatusOr<ScanResult> ScanCustomers(const ScanInput& input);

// INVALID_ARGUMENT when `groups` is more than an answer may have.
absl::Status CheckGroups(const ScanInput& input, size_t groups);

// One state a worker, made when the worker gets its first block.
template <typename State>
class WorkerStates {
 public:
  WorkerStates() : states_(ScanWorkers()) {}

  template <typename Make>
  State& Of(size_t worker, Make make) {
    if (states_[worker] == nullptr) states_[worker] = make();
    return *states_[worker];
  }
  // Those that were made.
  std::vector<State*> All() {
    std::vector<State*> all;
    for (const std::unique_ptr<State>& state : states_) {
      if (state != nullptr) all.push_back(state.get());
    }
    return all;
  }

 private:
  std::vector<std::unique_ptr<State>> states_;
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_SCAN_FACT_SCAN_H_
