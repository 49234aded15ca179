#ifndef STRATA_SERVER_ANALYTICS_KPI_SCAN_GROUP_IDS_H_
#define STRATA_SERVER_ANALYTICS_KPI_SCAN_GROUP_IDS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace strata::analytics::kpi {

// An answer has at most so many groups.
inline constexpr size_t kMostGroups = 1'000'000;

// Group id 0 takes the rows that belong to no group, so that loops need no branch for them.
inline constexpr uint32_t kNoGroupId = 0;

// Numbers the groups that one worker meets, from 1, by their 64-bit key: as key + 1 where all keys
// fit into a small table, else in the order in which they are met.
class GroupIds {
 public:
  // Keys lie in [0, keys).
  explicit GroupIds(uint64_t keys) : keys_(keys), dense_(keys <= kDenseKeys) {}

  bool dense() const { return dense_; }
  // Ids lie in [0, size()).
  size_t size() const { return dense_ ? static_cast<size_t>(keys_) + 1 : key_of_id_.size() + 1; }

  uint32_t IdOf(uint64_t key) {
    if (dense_) return static_cast<uint32_t>(key + 1);
    const auto [found, made] = id_of_key_.try_emplace(key, key_of_id_.size() + 1);
    if (made) key_of_id_.push_back(key);
    return found->second;
  }
  uint64_t KeyOf(uint32_t id) const { return dense_ ? id - 1 : key_of_id_[id - 1]; }

 private:
  // Where a table of every key is small beside the facts. Larger spaces are hashed.
  static constexpr uint64_t kDenseKeys = 1 << 18;

  uint64_t keys_;
  bool dense_;
  absl::flat_hash_map<uint64_t, uint32_t> id_of_key_;
  std::vector<uint64_t> key_of_id_;
};

// The groups of several workers as one list, ascending by key: independent of which worker met
// what.
struct MergedGroups {
  std::vector<uint64_t> keys;  // of ids 1, 2 ...
  // new_id[w][id] is the merged id of worker w's id; id 0 stays 0.
  std::vector<std::vector<uint32_t>> new_id;

  size_t ids() const { return keys.size() + 1; }
};
MergedGroups MergeGroups(const std::vector<const GroupIds*>& workers);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_SCAN_GROUP_IDS_H_
