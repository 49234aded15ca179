#ifndef STRATA_SERVER_IMAGE_COLUMNS_H_
#define STRATA_SERVER_IMAGE_COLUMNS_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/types/span.h"
#include "server/domain/day.h"
#include "server/domain/money.h"
#include "server/domain/record.h"
#include "server/image/dictionary.h"

// The columns of one block of customers. Times that only order or bucket events are kept as the
// workspace's local day; times that are compared exactly are kept in milliseconds as well.

namespace strata::image {

// A customer's dense number in its workspace: customer_key - 1. Never reused while the server runs.
using Slot = uint32_t;
inline constexpr Slot kNoSlot = ~Slot{0};

// A column that costs nothing where no row has a value: then it is empty and reads as `absent`.
template <typename T>
class Column {
 public:
  explicit Column(T absent) : absent_(absent) {}

  T operator[](size_t row) const { return values_.empty() ? absent_ : values_[row]; }
  bool empty() const { return values_.empty(); }
  T absent() const { return absent_; }
  // nullptr when empty; for tight loops.
  const T* data() const { return values_.empty() ? nullptr : values_.data(); }

  // `rows` is the number of rows before this one. Materialises the column at its first value.
  void Append(size_t rows, T value) {
    if (values_.empty()) {
      if (IsAbsent(value)) return;
      values_.assign(rows, absent_);
    }
    values_.push_back(value);
  }
  // Changes one row of a column that has `rows` rows.
  void Set(size_t rows, size_t row, T value) {
    if (values_.empty()) {
      if (IsAbsent(value)) return;
      values_.assign(rows, absent_);
    }
    values_[row] = value;
  }
  void Reserve(size_t rows) { values_.reserve(rows); }
  // Makes the column one of `rows` rows; new ones are absent.
  void Resize(size_t rows) {
    if (!values_.empty()) values_.resize(rows, absent_);
  }
  // The rows [first, first + count) as a column of their own, empty when none has a value.
  Column Slice(size_t first, size_t count) const {
    Column slice(absent_);
    if (values_.empty()) return slice;
    const auto begin = values_.begin() + first, end = begin + count;
    const auto has_value = [this](T value) { return !IsAbsent(value); };
    if (std::any_of(begin, end, has_value)) slice.values_.assign(begin, end);
    return slice;
  }
  bool IsAbsent(T value) const {
    if constexpr (std::is_floating_point_v<T>) {
      if (value != value && absent_ != absent_) return true;  // NaN
    }
    return value == absent_;
  }
  size_t MemoryBytes() const { return values_.capacity() * sizeof(T); }

 private:
  T absent_;
  std::vector<T> values_;
};

// Custom attributes: the kind of a key is fixed by its first value in the workspace.
enum class AttributeKind : uint8_t { kText, kNumber, kBoolean };

// Customers of a block; row i is slot `first_slot + i`.
struct CustomerColumns {
  size_t rows = 0;
  std::vector<uint8_t> present;    // 0: no such customer (deleted, or a key never used)
  Column<uint8_t> placeholder{0};  // 1: made by a record that named it, never sent itself
  Column<Code> display_name{kAbsent}, gender{kAbsent}, country{kAbsent}, region{kAbsent},
      city{kAbsent}, industry{kAbsent}, account_owner{kAbsent};
  Column<Day> birth_date{kNoDay};
  Column<int16_t> children{-1};  // -1: not known
  Column<int8_t> strategic{-1};  // -1: not declared, 0 no, 1 yes
  Column<Day> created_day{kNoDay};
  Column<Millis> created_time{kNoTime};
  // By attribute number (Dictionaries::attributes); NaN, kAbsent and -1 mean: not set.
  std::map<uint32_t, Column<Code>> text_attributes;
  std::map<uint32_t, Column<double>> number_attributes;
  std::map<uint32_t, Column<int8_t>> boolean_attributes;
};

// A run of orders and their lines, sorted by (customer, day, order_key). `begin` has one entry more
// than the block has customers: the orders of customer i are [begin[i], begin[i + 1]).
// Pointers may be null where the comment says so. Lives as long as the OrderRuns it came from.
struct OrderRun {
  size_t customers = 0, orders = 0, lines = 0;
  const uint32_t* begin = nullptr;
  // A row an order.
  const uint32_t* order_key = nullptr;
  const Day* day = nullptr;
  const uint16_t* status = nullptr;        // code of Dictionaries::status
  const Code* channel = nullptr;           // null: none has one
  const Millis* promised_time = nullptr;   // null: none has one; kNoTime where absent
  const Millis* shipped_time = nullptr;    // likewise
  const Millis* delivered_time = nullptr;  // likewise
  const uint8_t* is_return = nullptr;      // null: none is one; else 1 where IsReturn of its total
  const uint32_t* line_begin = nullptr;    // null: order i has the one line i; else orders + 1
  // A row a line.
  const Micros* amount = nullptr;
  const int32_t* quantity = nullptr;  // whole units; null: all 1
  // Millionths beyond the whole units, of the same sign; null: none has any.
  const int32_t* quantity_rest = nullptr;
  const Code* product = nullptr;       // null: none has one
  const Code* product_line = nullptr;  // null: none has one
  const Micros* cost = nullptr;        // null: none has one; kNoAmount where absent

  uint32_t FirstLine(size_t order) const {
    return line_begin == nullptr ? static_cast<uint32_t>(order) : line_begin[order];
  }
  bool IsReturn(size_t order) const { return is_return != nullptr && is_return[order] != 0; }
  // The lines of order i are [FirstLine(i), FirstLine(i + 1)).
  Micros Cost(size_t line) const { return cost == nullptr ? kNoAmount : cost[line]; }
  Micros QuantityMicros(size_t line) const {
    const Micros whole = quantity == nullptr ? kOneUnit : quantity[line] * kOneUnit;
    return quantity_rest == nullptr ? whole : whole + quantity_rest[line];
  }
  Code Channel(size_t order) const { return channel == nullptr ? kAbsent : channel[order]; }
  Code Product(size_t line) const { return product == nullptr ? kAbsent : product[line]; }
  Code ProductLine(size_t line) const {
    return product_line == nullptr ? kAbsent : product_line[line];
  }
};

// The three smaller kinds of facts; rows sorted by (customer, day, key), `begin` as in OrderRun.
struct TicketColumns {
  std::vector<uint32_t> begin;
  std::vector<uint32_t> key;
  std::vector<Day> opened_day;
  std::vector<Millis> opened_time, first_response_time, resolved_time, escalated_time, sla_due_time;
  std::vector<Code> priority, category;
  std::vector<TicketStatus> status;
  std::vector<uint8_t> csat;  // 0: not rated
};
struct ContractColumns {
  std::vector<uint32_t> begin;
  std::vector<uint32_t> key;
  std::vector<Day> start_date, end_date;  // sorted by start_date
  std::vector<Micros> annual_value;
  std::vector<int8_t> auto_renew;  // -1: not known
  std::vector<Code> owner, status;
};
struct SurveyColumns {
  std::vector<uint32_t> begin;
  std::vector<uint32_t> key;
  std::vector<Day> day;
  std::vector<Millis> time;
  std::vector<SurveyKind> kind;
  std::vector<uint8_t> score;
};

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_COLUMNS_H_
