#include "server/analytics/kpi/scan/customer_groups.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/analytics/facts/block_scan.h"

namespace strata::analytics::kpi {
namespace {

// So many combinations are kept as they are; more are reduced to those that occur.
constexpr uint64_t kFewGroups = 4096;
// Up to so many combinations a table says which occur, beyond it a hash map.
constexpr uint64_t kMostTableEntries = 1 << 22;
constexpr int64_t kWidestIntegers = 1 << 20;

// The distinct values of `column` in ascending order, after an entry for "not known".
template <typename T, typename IsNull>
std::vector<T> Distinct(const std::vector<T>& column, IsNull is_null) {
  std::vector<T> values;
  for (const T value : column) {
    if (!is_null(value)) values.push_back(value);
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  values.insert(values.begin(), T{});
  return values;
}

template <typename T, typename IsNull>
std::vector<uint32_t> CodesOf(const std::vector<T>& column, const std::vector<T>& values,
                              IsNull is_null) {
  absl::flat_hash_map<T, uint32_t> code_of;
  for (uint32_t code = 1; code < values.size(); ++code) code_of[values[code]] = code;
  std::vector<uint32_t> codes(column.size(), 0);
  for (size_t slot = 0; slot < column.size(); ++slot) {
    if (!is_null(column[slot])) codes[slot] = code_of[column[slot]];
  }
  return codes;
}

bool IsNullInteger(int64_t value) { return value == fields::FeatureColumn::kNullInteger; }
bool IsNullNumber(double value) { return std::isnan(value); }

}  // namespace

CustomerGroups::CustomerGroups(std::vector<const fields::FeatureColumn*> columns,
                               const std::vector<uint8_t>* mask, image::Slot slots)
    : columns_(std::move(columns)), slots_(slots) {
  if (columns_.empty() && mask == nullptr) return;
  of_slot_.assign(slots, 0);
  if (mask != nullptr) {
    facts::ForSlotRanges(slots, [&](image::Slot begin, image::Slot end) {
      for (image::Slot slot = begin; slot < end; ++slot) {
        of_slot_[slot] = (*mask)[slot] != 0 ? 0 : kNone;
      }
    });
  }
  for (const fields::FeatureColumn* column : columns_) Add(*column);
}

CustomerGroups CustomerGroups::EachSlot(const std::vector<uint8_t>* mask, image::Slot slots) {
  CustomerGroups all({}, mask, slots);
  all.groups_ = std::max<uint32_t>(slots, 1);
  all.of_slot_.resize(slots, 0);
  for (image::Slot slot = 0; slot < slots; ++slot) {
    if (all.of_slot_[slot] != kNone) all.of_slot_[slot] = slot;
  }
  return all;
}

// Fills integers_ or numbers_ of the new field, and its size.
std::vector<uint32_t> CustomerGroups::CodeColumn(const fields::FeatureColumn& column) {
  integers_.emplace_back();
  numbers_.emplace_back();
  if (!column.numbers.empty()) {
    numbers_.back() = Distinct(column.numbers, IsNullNumber);
    sizes_.push_back(static_cast<uint32_t>(numbers_.back().size()));
    return CodesOf(column.numbers, numbers_.back(), IsNullNumber);
  }
  int64_t low = INT64_MAX, high = INT64_MIN;
  for (const int64_t value : column.integers) {
    if (IsNullInteger(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low > high || MicrosSum{high} - low > kWidestIntegers) {
    integers_.back() = Distinct(column.integers, IsNullInteger);
    sizes_.push_back(static_cast<uint32_t>(integers_.back().size()));
    return CodesOf(column.integers, integers_.back(), IsNullInteger);
  }
  // A narrow range: the code is the distance from the lowest value.
  integers_.back().resize(static_cast<size_t>(high - low) + 2);
  std::iota(integers_.back().begin() + 1, integers_.back().end(), low);
  sizes_.push_back(static_cast<uint32_t>(integers_.back().size()));
  std::vector<uint32_t> codes(column.integers.size());
  for (size_t slot = 0; slot < codes.size(); ++slot) {
    const int64_t value = column.integers[slot];
    codes[slot] = IsNullInteger(value) ? 0 : static_cast<uint32_t>(value - low) + 1;
  }
  return codes;
}

void CustomerGroups::Add(const fields::FeatureColumn& column) {
  std::vector<uint32_t> own;
  const std::vector<uint32_t>* codes = &column.codes;
  if (column.texts.empty()) {
    own = CodeColumn(column);
    codes = &own;
  } else {
    integers_.emplace_back();
    numbers_.emplace_back();
    sizes_.push_back(static_cast<uint32_t>(column.texts.size()));
  }
  const uint32_t size = sizes_.back();
  if (uint64_t{groups_} * size > kFewGroups) {
    std::vector<uint64_t> combined(slots_);
    facts::ForSlotRanges(slots_, [&](image::Slot begin, image::Slot end) {
      for (image::Slot slot = begin; slot < end; ++slot) {
        combined[slot] = uint64_t{of_slot_[slot]} * size + (*codes)[slot];
      }
    });
    return Compact(size, combined);
  }
  facts::ForSlotRanges(slots_, [&](image::Slot begin, image::Slot end) {
    for (image::Slot slot = begin; slot < end; ++slot) {
      if (of_slot_[slot] != kNone) of_slot_[slot] = of_slot_[slot] * size + (*codes)[slot];
    }
  });
  for (std::vector<uint32_t>& field : codes_) {
    std::vector<uint32_t> wider(size_t{groups_} * size);
    for (uint32_t group = 0; group < wider.size(); ++group) wider[group] = field[group / size];
    field = std::move(wider);
  }
  groups_ *= size;
  std::vector<uint32_t>& added = codes_.emplace_back(groups_);
  for (uint32_t group = 0; group < groups_; ++group) added[group] = group % size;
}

// Numbers the combinations that occur, in the order of old group and new code.
void CustomerGroups::Compact(uint32_t size, const std::vector<uint64_t>& combined) {
  std::vector<uint64_t> used;
  const uint64_t all = uint64_t{groups_} * size;
  if (all <= kMostTableEntries) {
    std::vector<uint32_t> group_of(all, 0);
    for (image::Slot slot = 0; slot < slots_; ++slot) {
      if (of_slot_[slot] != kNone) group_of[combined[slot]] = 1;
    }
    for (uint64_t key = 0; key < all; ++key) {
      if (group_of[key] == 0) continue;
      group_of[key] = static_cast<uint32_t>(used.size());
      used.push_back(key);
    }
    for (image::Slot slot = 0; slot < slots_; ++slot) {
      if (of_slot_[slot] != kNone) of_slot_[slot] = group_of[combined[slot]];
    }
  } else {
    for (image::Slot slot = 0; slot < slots_; ++slot) {
      if (of_slot_[slot] != kNone) used.push_back(combined[slot]);
    }
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    absl::flat_hash_map<uint64_t, uint32_t> group_of;
    group_of.reserve(used.size());
    for (uint32_t group = 0; group < used.size(); ++group) group_of[used[group]] = group;
    for (image::Slot slot = 0; slot < slots_; ++slot) {
      if (of_slot_[slot] != kNone) of_slot_[slot] = group_of[combined[slot]];
    }
  }
  if (used.empty()) used.push_back(0);  // nobody matches: one group that nobody is in
  for (std::vector<uint32_t>& field : codes_) {
    std::vector<uint32_t> kept(used.size());
    for (size_t group = 0; group < used.size(); ++group) kept[group] = field[used[group] / size];
    field = std::move(kept);
  }
  std::vector<uint32_t>& added = codes_.emplace_back(used.size());
  for (size_t group = 0; group < used.size(); ++group) {
    added[group] = static_cast<uint32_t>(used[group] % size);
  }
  groups_ = static_cast<uint32_t>(used.size());
}

fields::Value CustomerGroups::ValueOf(size_t field, uint32_t code) const {
  if (code == 0) return fields::NullReason::kUnknown;
  const fields::FeatureColumn& column = *columns_[field];
  if (!column.texts.empty()) return column.texts[code];
  if (!column.numbers.empty()) return numbers_[field][code];
  const int64_t value = integers_[field][code];
  switch (column.field->type) {
    case fields::ValueType::kBoolean:
      return value != 0;
    case fields::ValueType::kDate:
      return fields::DateValue{static_cast<Day>(value)};
    case fields::ValueType::kMoney:
      return *AmountFromMicros(value);  // any 64-bit amount fits
    default:
      return value;
  }
}

bool CustomerGroups::Ordered(size_t field) const {
  const fields::FeatureColumn& column = *columns_[field];
  return !column.texts.empty() && column.ordered;
}

}  // namespace strata::analytics::kpi
