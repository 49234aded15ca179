#ifndef STRATA_SERVER_ANALYTICS_KPI_SCAN_GROUP_SUMS_H_
#define STRATA_SERVER_ANALYTICS_KPI_SCAN_GROUP_SUMS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "server/analytics/kpi/scan/fact_scan.h"

namespace strata::analytics::kpi {

// Sums by group and measure of one worker, for the smaller facts.
class GroupSums {
 public:
  explicit GroupSums(uint64_t keys) : ids_(keys) {}

  GroupIds& ids() { return ids_; }
  const GroupIds& ids() const { return ids_; }
  ScanCounts& counts() { return counts_; }

  // Does nothing for kNoGroupId.
  void Add(Measure measure, uint32_t id, MicrosSum value) {
    if (id == kNoGroupId) return;
    std::vector<MicrosSum>& column = columns_[static_cast<size_t>(measure)];
    if (id >= column.size()) column.resize(ids_.size(), 0);
    column[id] += value;
  }
  MicrosSum Of(Measure measure, uint32_t id) const {
    const std::vector<MicrosSum>& column = columns_[static_cast<size_t>(measure)];
    return id < column.size() ? column[id] : 0;
  }

 private:
  GroupIds ids_;
  ScanCounts counts_;
  std::array<std::vector<MicrosSum>, kMeasures> columns_;
};

// Runs `body` over all blocks, a GroupSums a worker, and merges them: a row for each group whose
// `presence` is not 0, with the asked for measures of `facts`.
absl::StatusOr<ScanResult> ScanGroupSums(
    const ScanInput& input, Facts facts, Measure presence,
    const std::function<void(size_t worker, const image::Block& block, GroupSums* sums)>& body);

// Merges sums that a scan has filled by itself.
absl::StatusOr<ScanResult> MergeGroupSums(const ScanInput& input, Facts facts, Measure presence,
                                          const std::vector<GroupSums*>& workers,
                                          const MergedGroups& groups);

// A time group as an interval: figures of a day are taken on `last`, figures between two days from
// `first` - 1 to `last`.
struct TimeSpan {
  uint32_t time_group;
  Day first, last;
};
// The time groups that have a day in the window, ascending.
std::vector<TimeSpan> SpansOf(const ScanInput& input);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_SCAN_GROUP_SUMS_H_
