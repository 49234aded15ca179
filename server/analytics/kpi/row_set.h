#ifndef STRATA_SERVER_ANALYTICS_KPI_ROW_SET_H_
#define STRATA_SERVER_ANALYTICS_KPI_ROW_SET_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/kpi/scan/group_space.h"

namespace strata::analytics::kpi {

// Compares two values of one type; values that are not known come last. Negative, 0, positive.
int CompareValues(const fields::Value& a, const fields::Value& b);

// The codes of a row's key values, one a field; unused places are 0.
using KeyCodes = std::array<uint32_t, 8>;

// The rows of an answer by their key values, as they come from scans whose own codes differ.
class RowSet {
 public:
  explicit RowSet(size_t fields) : axes_(fields) {}

  size_t fields() const { return axes_.size(); }
  size_t size() const { return keys_.size(); }
  const KeyCodes& KeyOf(size_t row) const { return keys_[row]; }
  const fields::Value& ValueOf(size_t field, uint32_t code) const {
    return axes_[field].values[code];
  }
  uint32_t Values(size_t field) const { return static_cast<uint32_t>(axes_[field].values.size()); }

  // The code of a value of a field, made when new. `order` is the value's place where the field has
  // an order of its own (classes, bands), else 0.
  uint32_t Intern(size_t field, const fields::Value& value, uint32_t order);
  std::optional<uint32_t> FindValue(size_t field, const fields::Value& value);

  // Adds values that are all different from each other, to a field without values. No index is made
  // before it is needed: the answer of one scan needs none.
  uint32_t AppendValue(size_t field, fields::Value value, uint32_t order);

  // The row with these codes, made when new.
  uint32_t Add(const KeyCodes& codes);
  // Adds a row that differs from all others; likewise without an index.
  uint32_t Append(const KeyCodes& codes);
  std::optional<uint32_t> Find(const KeyCodes& codes);

  // Compares two values of a field, by their codes, in the order of the values.
  int Compare(size_t field, uint32_t a, uint32_t b) const;

 private:
  struct ValueHash {
    size_t operator()(const fields::Value& value) const;
  };
  struct Axis {
    std::vector<fields::Value> values;
    std::vector<uint32_t> orders;
    absl::flat_hash_map<fields::Value, uint32_t, ValueHash>
        code_of;  // of the first `indexed` values
    size_t indexed = 0;
  };
  void IndexValues(Axis* axis);
  void IndexRows();

  std::vector<Axis> axes_;
  std::vector<KeyCodes> keys_;
  absl::flat_hash_map<KeyCodes, uint32_t> row_of_;  // of the first indexed_ rows
  size_t indexed_ = 0;
};

// Turns the keys of one space into codes of a row set. Values are interned when they first occur.
class SpaceCodes {
 public:
  // fields_of_rows[i] is the field of the row set that field i of the space is.
  SpaceCodes(const GroupSpace& space, std::vector<size_t> fields_of_rows, RowSet* rows);

  KeyCodes Intern(uint64_t key);
  // Nullopt when a value does not occur in the row set.
  std::optional<KeyCodes> Find(uint64_t key);

 private:
  static constexpr uint32_t kUnseen = ~uint32_t{0}, kMissing = kUnseen - 1;

  const GroupSpace& space_;
  const std::vector<size_t> fields_of_rows_;
  RowSet* const rows_;
  std::vector<bool> first_;  // by field of the space: the row set had no value of it yet
  std::vector<std::vector<uint32_t>> codes_;  // by field of the space, by its code
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_ROW_SET_H_
