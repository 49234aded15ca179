#include "client/cli/import/mapping/record_ledger.h"

#include <utility>

#include "client/cli/import/mapping/content_hash.h"

namespace strata::imports {
namespace {

uint32_t ValueHash(const std::string& value) {
  return static_cast<uint32_t>(Fnv(value, kFnvStart));
}

}  // namespace

RecordLedger::Entry* RecordLedger::Find(uint64_t key, const std::string& version) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.version != version) return nullptr;
  return &found->second;
}

void RecordLedger::Put(uint64_t key, Entry entry, const std::vector<std::string>& values) {
  entry.first_value = static_cast<uint32_t>(values_.size());
  entry.values = static_cast<uint32_t>(values.size());
  for (const std::string& value : values) values_.push_back(ValueHash(value));
  Entry& place = entries_[key];
  entry.older = std::move(place.older);
  if (place.number >= 0 && place.version != entry.version) entry.older.push_back(place.number);
  place = std::move(entry);
}

std::vector<int64_t> RecordLedger::NumbersOf(uint64_t key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return {};
  std::vector<int64_t> numbers = found->second.older;
  if (found->second.number >= 0) numbers.push_back(found->second.number);
  return numbers;
}

std::vector<size_t> RecordLedger::Differing(const Entry& entry, uint32_t statement,
                                            const std::vector<std::string>& values) const {
  std::vector<size_t> differing;
  if (entry.statement != statement || entry.values != values.size()) return differing;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values_[entry.first_value + i] != ValueHash(values[i])) differing.push_back(i);
  }
  return differing;
}

}  // namespace strata::imports
