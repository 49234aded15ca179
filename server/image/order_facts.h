#ifndef STRATA_SERVER_IMAGE_ORDER_FACTS_H_
#define STRATA_SERVER_IMAGE_ORDER_FACTS_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "absl/types/span.h"
#include "server/domain/record.h"
#include "server/image/column_memory.h"
#include "server/image/columns.h"
#include "server/image/row_plan.h"

namespace strata::image {

// Which optional columns there are: bits of OrderField.
using OrderFields = uint16_t;
enum OrderField : OrderFields {
  kHasChannel = 1 << 0,
  kHasPromised = 1 << 1,
  kHasShipped = 1 << 2,
  kHasDelivered = 1 << 3,
  kHasLineBegin = 1 << 4,  // an order has more or fewer lines than one
  kHasQuantity = 1 << 5,   // the whole part of a quantity is not 1
  kHasProduct = 1 << 6,
  kHasProductLine = 1 << 7,
  kHasCost = 1 << 8,
  kHasReturn = 1 << 9,         // an order is a return
  kHasQuantityRest = 1 << 10,  // a quantity is no whole number
};
OrderFields FieldsOf(const Order& order);

// The parts of a quantity as columns hold it.
inline int32_t WholeOf(Micros quantity) { return static_cast<int32_t>(quantity / kOneUnit); }
inline int32_t RestOf(Micros quantity) { return static_cast<int32_t>(quantity % kOneUnit); }
OrderFields FieldsOf(const OrderRun& run);

// Days on which something happened.
struct DayRange {
  Day first = std::numeric_limits<Day>::max();
  Day last = kNoDay;

  bool empty() const { return last == kNoDay; }
  void Add(Day day) {
    if (day == kNoDay) return;
    first = std::min(first, day);
    last = std::max(last, day);
  }
  void Add(const DayRange& other) {
    first = std::min(first, other.first);
    last = std::max(last, other.last);
  }
};

// The arrays behind an OrderRun, of a fixed size and not initialised; those of fields that were not
// asked for are null.
struct OrderColumns {
  OrderColumns() = default;
  // `customers` is the length of the array that says which customer has which orders.
  OrderColumns(size_t customers, size_t orders, size_t lines, OrderFields fields);

  // The columns as a run without `begin` and counts.
  OrderRun View() const;

  ColumnMemory memory;
  uint32_t* customers = nullptr;
  uint32_t *order_key = nullptr, *line_begin = nullptr;
  Day* day = nullptr;
  uint16_t* status = nullptr;
  uint8_t* is_return = nullptr;
  Code *channel = nullptr, *product = nullptr, *product_line = nullptr;
  Millis *promised_time = nullptr, *shipped_time = nullptr, *delivered_time = nullptr;
  Micros *amount = nullptr, *cost = nullptr;
  int32_t *quantity = nullptr, *quantity_rest = nullptr;
};

// The sorted orders of a block, immutable.
class OrderFacts {
 public:
  // Copies the rows of `plan` from `sources`; a column that has no value any more is dropped.
  // `begin_capacity` is how many customers the block may come to have without new facts.
  OrderFacts(absl::Span<const OrderRun> sources, const RowPlan& plan, uint32_t begin_capacity);

  // The facts as a run of `customers` customers, at most begin_capacity().
  OrderRun Run(uint32_t customers) const;
  uint32_t orders() const { return orders_; }
  uint32_t lines() const { return lines_; }
  uint32_t begin_capacity() const { return begin_capacity_; }
  const DayRange& days() const { return days_; }
  size_t MemoryBytes() const { return sizeof(*this) + columns_.memory.bytes(); }

 private:
  void SetBegin(const RowPlan& plan);
  void SetLineBegin(absl::Span<const OrderRun> sources, absl::Span<const RowRun> runs);

  uint32_t orders_ = 0, lines_ = 0, begin_capacity_ = 0;
  DayRange days_;
  OrderColumns columns_;  // columns_.customers is `begin`
};

// Orders in order of arrival, in arrays that never move. A revision sees a prefix; the writer
// writes beyond every prefix that was published, so readers and writer never touch the same place.
class OrderTail {
 public:
  OrderTail(uint32_t order_capacity, uint32_t line_capacity, OrderFields fields);

  // The first `orders` orders, which have `lines` lines; `begin` is null.
  OrderRun View(uint32_t orders, uint32_t lines) const;
  ArrivedRows Arrived(uint32_t orders) const {
    return {columns_.customers, columns_.day, columns_.order_key, orders};
  }

  uint32_t order_capacity() const { return order_capacity_; }
  uint32_t line_capacity() const { return line_capacity_; }
  OrderFields fields() const { return fields_; }
  size_t MemoryBytes() const { return sizeof(*this) + columns_.memory.bytes(); }

  // For the writer: the place of the rows to come. columns().customers is the customer of each
  // order, counted from the block's first.
  OrderColumns& columns() { return columns_; }

 private:
  const uint32_t order_capacity_, line_capacity_;
  const OrderFields fields_;
  OrderColumns columns_;
};

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_ORDER_FACTS_H_
