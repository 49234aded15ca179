#include "server/analytics/kpi/scan/group_ids.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

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
  // Each worker's ids by key. Scans go through customers in order, so most lists are sorted
  // already.
  std::vector<std::vector<uint32_t>> by_key;
  for (const GroupIds* worker : workers) {
    std::vector<uint32_t>& ids = by_key.emplace_back(worker->size() - 1);
    std::iota(ids.begin(), ids.end(), 1u);
    const auto before = [worker](uint32_t a, uint32_t b) {
      return worker->KeyOf(a) < worker->KeyOf(b);
    };
    if (!std::is_sorted(ids.begin(), ids.end(), before)) std::sort(ids.begin(), ids.end(), before);
    std::vector<uint64_t> keys;
    keys.reserve(ids.size());
    for (const uint32_t id : ids) keys.push_back(worker->KeyOf(id));
    std::vector<uint64_t> both;
    both.reserve(merged.keys.size() + keys.size());
    std::set_union(merged.keys.begin(), merged.keys.end(), keys.begin(), keys.end(),
                   std::back_inserter(both));
    merged.keys = std::move(both);
  }
  for (size_t w = 0; w < workers.size(); ++w) {
    std::vector<uint32_t>& map = merged.new_id.emplace_back(workers[w]->size(), kNoGroupId);
    uint32_t place = 0;
    for (const uint32_t id : by_key[w]) {
      const uint64_t key = workers[w]->KeyOf(id);
      while (merged.keys[place] != key) ++place;
      map[id] = place + 1;
    }
  }
  return merged;
}

}  // namespace strata::analytics::kpi
