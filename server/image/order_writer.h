#ifndef STRATA_SERVER_IMAGE_ORDER_WRITER_H_
#define STRATA_SERVER_IMAGE_ORDER_WRITER_H_

#include <cstdint>
#include <memory>

#include "server/domain/record.h"
#include "server/image/coder.h"
#include "server/image/order_facts.h"

namespace strata::image {

// A tail with the place where the writer goes on.
struct OrderWriter {
  std::shared_ptr<OrderTail> tail;  // null: no room for anything
  uint32_t orders = 0, lines = 0;   // written so far
  DayRange days;

  bool HasRoom(uint32_t more_orders, uint32_t more_lines, OrderFields fields) const {
    return tail != nullptr && (fields & ~tail->fields()) == 0 &&
           orders + more_orders <= tail->order_capacity() &&
           lines + more_lines <= tail->line_capacity();
  }

  // Needs room. `customer` counts from the block's first.
  void Append(uint32_t customer, uint32_t key, const Order& order, Coder& coder);
  // The same for an order of one line without optional fields (FieldsOf gives 0).
  void AppendPlain(uint32_t customer, uint32_t key, Day day, uint16_t status, Micros amount);

  OrderRun View() const { return tail->View(orders, lines); }
  ArrivedRows Arrived() const { return tail->Arrived(orders); }

 private:
  void EndOrder(uint32_t customer, uint32_t key, Day day, uint16_t status);
};

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_ORDER_WRITER_H_
