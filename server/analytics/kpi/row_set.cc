#include "server/analytics/kpi/row_set.h"

#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/hash/hash.h"

namespace strata::analytics::kpi {
namespace {

template <typename T>
int Compare(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int Compare(const fields::DateValue& a, const fields::DateValue& b) {
  return Compare(a.day, b.day);
}

// Whole part and rest have the same sign, so they compare one after the other.
int Compare(const Amount& a, const Amount& b) {
  return Compare(std::tie(a.units, a.nanos), std::tie(b.units, b.nanos));
}

}  // namespace

int CompareValues(const fields::Value& a, const fields::Value& b) {
  const bool a_null = std::holds_alternative<fields::NullReason>(a);
  const bool b_null = std::holds_alternative<fields::NullReason>(b);
  if (a_null || b_null) return Compare(a_null, b_null);
  if (a.index() != b.index()) return Compare(a.index(), b.index());
  return std::visit(
      [&](const auto& left) { return Compare(left, std::get<std::decay_t<decltype(left)>>(b)); },
      a);
}

size_t RowSet::ValueHash::operator()(const fields::Value& value) const {
  return std::visit(
      [](const auto& held) -> size_t {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, Amount>) {
          return absl::HashOf(held.units, held.nanos);
        } else if constexpr (std::is_same_v<T, fields::DateValue>) {
          return absl::HashOf(held.day);
        } else {
          return absl::HashOf(held);
        }
      },
      value);
}

void RowSet::IndexValues(Axis* axis) {
  for (; axis->indexed < axis->values.size(); ++axis->indexed) {
    axis->code_of.try_emplace(axis->values[axis->indexed], static_cast<uint32_t>(axis->indexed));
  }
}

void RowSet::IndexRows() {
  for (; indexed_ < keys_.size(); ++indexed_) {
    row_of_.try_emplace(keys_[indexed_], static_cast<uint32_t>(indexed_));
  }
}

uint32_t RowSet::AppendValue(size_t field, fields::Value value, uint32_t order) {
  Axis& axis = axes_[field];
  axis.values.push_back(std::move(value));
  axis.orders.push_back(order);
  return static_cast<uint32_t>(axis.values.size() - 1);
}

uint32_t RowSet::Intern(size_t field, const fields::Value& value, uint32_t order) {
  Axis& axis = axes_[field];
  IndexValues(&axis);
  const auto found = axis.code_of.find(value);
  return found != axis.code_of.end() ? found->second : AppendValue(field, value, order);
}

std::optional<uint32_t> RowSet::FindValue(size_t field, const fields::Value& value) {
  IndexValues(&axes_[field]);
  const auto found = axes_[field].code_of.find(value);
  if (found == axes_[field].code_of.end()) return std::nullopt;
  return found->second;
}

uint32_t RowSet::Append(const KeyCodes& codes) {
  keys_.push_back(codes);
  return static_cast<uint32_t>(keys_.size() - 1);
}

uint32_t RowSet::Add(const KeyCodes& codes) {
  IndexRows();
  const auto found = row_of_.find(codes);
  return found != row_of_.end() ? found->second : Append(codes);
}

std::optional<uint32_t> RowSet::Find(const KeyCodes& codes) {
  IndexRows();
  const auto found = row_of_.find(codes);
  if (found == row_of_.end()) return std::nullopt;
  return found->second;
}

int RowSet::Compare(size_t field, uint32_t a, uint32_t b) const {
  if (a == b) return 0;
  const Axis& axis = axes_[field];
  const bool a_null = std::holds_alternative<fields::NullReason>(axis.values[a]);
  const bool b_null = std::holds_alternative<fields::NullReason>(axis.values[b]);
  if (a_null != b_null) return a_null ? 1 : -1;
  if (axis.orders[a] != axis.orders[b]) return axis.orders[a] < axis.orders[b] ? -1 : 1;
  return CompareValues(axis.values[a], axis.values[b]);
}

SpaceCodes::SpaceCodes(const GroupSpace& space, std::vector<size_t> fields_of_rows, RowSet* rows)
    : space_(space), fields_of_rows_(std::move(fields_of_rows)), rows_(rows) {
  for (size_t field = 0; field < space.fields(); ++field) {
    codes_.emplace_back(space.Codes(field), kUnseen);
    first_.push_back(rows_->Values(fields_of_rows_[field]) == 0);
  }
}

KeyCodes SpaceCodes::Intern(uint64_t key) {
  KeyCodes codes{};
  for (size_t field = 0; field < codes_.size(); ++field) {
    const uint32_t own = space_.CodeOf(field, key);
    uint32_t& code = codes_[field][own];
    if (code >= kMissing) {
      const uint32_t order = space_.OrderOf(field, own);
      fields::Value value = space_.ValueOf(field, own);
      code = first_[field] ? rows_->AppendValue(fields_of_rows_[field], std::move(value), order)
                           : rows_->Intern(fields_of_rows_[field], value, order);
    }
    codes[fields_of_rows_[field]] = code;
  }
  return codes;
}

std::optional<KeyCodes> SpaceCodes::Find(uint64_t key) {
  KeyCodes codes{};
  for (size_t field = 0; field < codes_.size(); ++field) {
    const uint32_t own = space_.CodeOf(field, key);
    uint32_t& code = codes_[field][own];
    if (code == kUnseen) {
      code =
          rows_->FindValue(fields_of_rows_[field], space_.ValueOf(field, own)).value_or(kMissing);
    }
    if (code == kMissing) return std::nullopt;
    codes[fields_of_rows_[field]] = code;
  }
  return codes;
}

}  // namespace strata::analytics::kpi
