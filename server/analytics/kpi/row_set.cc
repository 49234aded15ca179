#include "server/analytics/kpi/row_set.h"

#include <algorithm>
#include <numeric>
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

int Compare(const DateValue& a, const DateValue& b) { return Compare(a.day, b.day); }

// Whole part and rest have the same sign, so they compare one after the other.
int Compare(const Amount& a, const Amount& b) {
  return Compare(std::tie(a.units, a.nanos), std::tie(b.units, b.nanos));
}

}  // namespace

int CompareValues(const Value& a, const Value& b) {
  const bool a_null = std::holds_alternative<NullReason>(a);
  const bool b_null = std::holds_alternative<NullReason>(b);
  if (a_null || b_null) return Compare(a_null, b_null);
  if (a.index() != b.index()) return Compare(a.index(), b.index());
  return std::visit(
      [&](const auto& left) {
        return Compare(left, std::get<std::decay_t<decltype(left)>>(b));
      },
      a);
}

size_t RowSet::ValueHash::operator()(const Value& value) const {
  return std::visit(
      [](const auto& held) -> size_t {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, Amount>) {
          return absl::HashOf(held.units, held.nanos);
        } else if constexpr (std::is_same_v<T, DateValue>) {
          return absl::HashOf(held.day);
        } else {
          return absl::HashOf(held);
        }
      },
      value);
}

uint32_t RowSet::Intern(size_t field, const Value& value, uint32_t order) {
  Axis& axis = axes_[field];
  const auto [found, made] =
      axis.code_of.try_emplace(value, static_cast<uint32_t>(axis.values.size()));
  if (made) {
    axis.values.push_back(value);
    axis.orders.push_back(order);
  }
  return found->second;
}

std::optional<uint32_t> RowSet::FindValue(size_t field, const Value& value) const {
  const auto found = axes_[field].code_of.find(value);
  if (found == axes_[field].code_of.end()) return std::nullopt;
  return found->second;
}

uint32_t RowSet::Add(const KeyCodes& codes) {
  const auto [found, made] = row_of_.try_emplace(codes, static_cast<uint32_t>(keys_.size()));
  if (made) keys_.push_back(codes);
  return found->second;
}

std::optional<uint32_t> RowSet::Find(const KeyCodes& codes) const {
  const auto found = row_of_.find(codes);
  if (found == row_of_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::vector<uint32_t>> RowSet::Ranks() const {
  std::vector<std::vector<uint32_t>> ranks;
  for (const Axis& axis : axes_) {
    std::vector<uint32_t> sorted(axis.values.size());
    std::iota(sorted.begin(), sorted.end(), 0u);
    std::sort(sorted.begin(), sorted.end(), [&axis](uint32_t a, uint32_t b) {
      const bool a_null = std::holds_alternative<NullReason>(axis.values[a]);
      const bool b_null = std::holds_alternative<NullReason>(axis.values[b]);
      if (a_null != b_null) return b_null;
      if (axis.orders[a] != axis.orders[b]) return axis.orders[a] < axis.orders[b];
      return CompareValues(axis.values[a], axis.values[b]) < 0;
    });
    std::vector<uint32_t>& rank = ranks.emplace_back(sorted.size());
    for (uint32_t place = 0; place < sorted.size(); ++place) rank[sorted[place]] = place;
  }
  return ranks;
}

SpaceCodes::SpaceCodes(const GroupSpace& space, std::vector<size_t> fields_of_rows, RowSet* rows)
    : space_(space), fields_of_rows_(std::move(fields_of_rows)), rows_(rows) {
  for (size_t field = 0; field < space.fields(); ++field) {
    codes_.emplace_back(space.Codes(field), kUnseen);
  }
}

KeyCodes SpaceCodes::Intern(uint64_t key) {
  KeyCodes codes{};
  for (size_t field = 0; field < codes_.size(); ++field) {
    const uint32_t own = space_.CodeOf(field, key);
    uint32_t& code = codes_[field][own];
    if (code >= kMissing) {
      code = rows_->Intern(fields_of_rows_[field], space_.ValueOf(field, own),
                           space_.Ordered(field) ? own : 0);
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
      code = rows_->FindValue(fields_of_rows_[field], space_.ValueOf(field, own))
                 .value_or(kMissing);
    }
    if (code == kMissing) return std::nullopt;
    codes[fields_of_rows_[field]] = code;
  }
  return codes;
}

}  // namespace strata::analytics::kpi
