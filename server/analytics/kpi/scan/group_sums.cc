#include "server/analytics/kpi/scan/group_sums.h"

#include <algorithm>

#include "server/analytics/facts/block_scan.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {

absl::StatusOr<ScanResult> MergeGroupSums(const ScanInput& input, Facts facts, Measure presence,
                                          const std::vector<GroupSums*>& workers,
                                          const MergedGroups& groups) {
  ScanResult result;
  for (GroupSums* worker : workers) result.counts += worker->counts();
  // old_id[w][merged id] is worker w's id, or 0.
  std::vector<std::vector<uint32_t>> old_id;
  for (size_t w = 0; w < workers.size(); ++w) {
    std::vector<uint32_t>& map = old_id.emplace_back(groups.ids(), kNoGroupId);
    for (uint32_t id = 1; id < groups.new_id[w].size(); ++id) map[groups.new_id[w][id]] = id;
  }
  const auto sum = [&](Measure measure, uint32_t id) {
    MicrosSum total = 0;
    for (size_t w = 0; w < workers.size(); ++w) {
      if (old_id[w][id] != kNoGroupId) total += workers[w]->Of(measure, old_id[w][id]);
    }
    return total;
  };
  const MeasureSet wanted = (input.measures & MeasuresOf(facts)) | MeasureSet{presence};
  for (uint32_t id = 1; id < groups.ids(); ++id) {
    if (sum(presence, id) == 0) continue;
    result.keys.push_back(groups.keys[id - 1]);
    for (size_t i = 0; i < kMeasures; ++i) {
      const auto measure = static_cast<Measure>(i);
      if (wanted.Has(measure)) result.measures[measure].push_back(sum(measure, id));
    }
  }
  STRATA_RETURN_IF_ERROR(CheckGroups(input, result.keys.size()));
  return result;
}

absl::StatusOr<ScanResult> ScanGroupSums(
    const ScanInput& input, Facts facts, Measure presence,
    const std::function<void(size_t worker, const image::Block& block, GroupSums* sums)>& body) {
  if (input.window.from > input.window.to) return ScanResult();
  WorkerStates<GroupSums> workers;
  STRATA_RETURN_IF_ERROR(
      facts::ScanBlocks(*input.revision, input.stop, [&](size_t worker, const image::Block& block) {
        GroupSums& sums =
            workers.Of(worker, [&] { return std::make_unique<GroupSums>(input.space->keys()); });
        body(worker, block, &sums);
        return CheckGroups(input, sums.ids().dense() ? 0 : sums.ids().size() - 1);
      }));
  std::vector<const GroupIds*> ids;
  for (const GroupSums* worker : workers.All()) ids.push_back(&worker->ids());
  return MergeGroupSums(input, facts, presence, workers.All(), MergeGroups(ids));
}

std::vector<TimeSpan> SpansOf(const ScanInput& input) {
  std::vector<TimeSpan> spans;
  const TimeGroups& time = input.space->time();
  for (uint32_t group = 0; group < time.groups(); ++group) {
    const fields::DayRange days = time.DaysOf(group);
    const TimeSpan span{group, std::max(days.from, input.window.from),
                        std::min(days.to, input.window.to)};
    if (span.first <= span.last) spans.push_back(span);
  }
  return spans;
}

}  // namespace strata::analytics::kpi
