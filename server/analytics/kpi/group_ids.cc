#include "server/analytics/kpi/group_ids.h"

#include <algorithm>
#include <numeric>

namespace strata::analytics::kpi {

MergedGroups MergeGroups(const std::vector<const GroupIds*>& workers) {
  MergedGroups merged;
  if (workers.empty()) return merged;
  if (workers.front()->dense()) {
    const size_t ids = workers.front()->size();
    merged.keys.resize(ids - 1);
    std::iota(merged.keys.begin(), merged.keys.end(), uint64_t{0});
    std::vector<uint32_t> same(ids);
    std::iota(same.begin(), same.end(), 0u);
    merged.new_id.assign(workers.size(), same);
    return merged;
  }
  for (const GroupIds* worker : workers) {
    for (uint32_t id = 1; id < worker->size(); ++id) merged.keys.push_back(worker->KeyOf(id));
  }
  std::sort(merged.keys.begin(), merged.keys.end());
  merged.keys.erase(std::unique(merged.keys.begin(), merged.keys.end()), merged.keys.end());
  for (const GroupIds* worker : workers) {
    std::vector<uint32_t>& map = merged.new_id.emplace_back(worker->size(), kNoGroupId);
    for (uint32_t id = 1; id < worker->size(); ++id) {
      const auto found =
          std::lower_bound(merged.keys.begin(), merged.keys.end(), worker->KeyOf(id));
      map[id] = static_cast<uint32_t>(found - merged.keys.begin()) + 1;
    }
  }
  return merged;
}

}  // namespace strata::analytics::kpi
