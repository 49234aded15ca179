#include "client/cli/import/mapping/run_tally.h"

#include <algorithm>

#include "client/cli/import/mapping/content_hash.h"

namespace strata::imports {

uint64_t RecordKey(MappedRecord kind, absl::string_view id) {
  ContentHash hash;
  hash.Add(NameOf(kind));
  hash.Add(id);
  return hash.Mixed();
}

void RunTally::Row(MappedRecord kind, absl::string_view id, const std::vector<MappedValue>& row,
                   Origin origin) {
  const uint64_t key = RecordKey(kind, id);
  ContentHash hash;
  hash.Add(id);
  for (const MappedValue& value : row) hash.Add(value.text);
  Sum& sum = records_[key];
  sum.rows += hash.Mixed();
  ++sum.count;
  if (kind == MappedRecord::kCustomer) {
    sum.customer = true;
    customer_rows_.emplace(hash.Mixed(), key);
  }
  if (bad_ == nullptr) return;
  std::vector<int> used;
  const int own = bad_->NumberOf(origin);
  if (own >= 0) used.push_back(own);
  for (const MappedValue& value : row) {
    const int number = BadRows::DisturbedBy(value.text);
    if (number >= 0) used.push_back(number);
  }
  if (used.empty() || BadRows::DisturbedBy(id) >= 0) return;
  std::vector<int>& of_record = bad_rows_of_[key];
  for (const int number : used) {
    if (std::find(of_record.begin(), of_record.end(), number) == of_record.end()) {
      of_record.push_back(number);
    }
    first_uses_.try_emplace(number, Use{kind, std::string(id), key});
  }
}

std::vector<uint64_t> RunTally::Changed(const RunTally& good) const {
  std::vector<uint64_t> changed;
  for (const auto& [key, sum] : good.records_) {
    if (sum.customer) continue;
    const auto here = records_.find(key);
    if (here == records_.end() || !(here->second == sum)) changed.push_back(key);
  }
  for (const auto& [hash, key] : good.customer_rows_) {
    if (!customer_rows_.contains(hash)) changed.push_back(key);
  }
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  return changed;
}

bool RunTally::SameRecords(const RunTally& good) const { return records_ == good.records_; }

std::vector<int> RunTally::BadRowsOf(uint64_t key) const {
  const auto found = bad_rows_of_.find(key);
  return found == bad_rows_of_.end() ? std::vector<int>() : found->second;
}

const RunTally::Use* RunTally::FirstUse(int bad_row) const {
  const auto found = first_uses_.find(bad_row);
  return found == first_uses_.end() ? nullptr : &found->second;
}

}  // namespace strata::imports
