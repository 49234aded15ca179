#include <algorithm>

#include "server/image/order_facts.h"
#include "server/image/revision.h"

namespace strata::image {
namespace {

template <typename T>
void Pick(const std::vector<RowRef>& refs, const T* from, T* to) {
  for (size_t i = 0; i < refs.size(); ++i) to[i] = from[refs[i].row];
}

template <typename T>
void PickLines(const std::vector<RowRef>& refs, const OrderRun& tail, const T* from, T* to) {
  if (from == nullptr) return;
  for (const RowRef& ref : refs) {
    to = std::copy(from + tail.FirstLine(ref.row), from + tail.FirstLine(ref.row + 1), to);
  }
}

}  // namespace

// The sorted tail; its arrays grow to the largest tail seen.
struct OrderRuns::Scratch {
  OrderRun runs[2];
  SortedRows sorted;
  size_t orders = 0, lines = 0;
  OrderFields fields = 0;
  OrderColumns columns;

  OrderRun SortTail(const Block& block);

 private:
  void Reserve(const OrderRun& tail);
};

void OrderRuns::Scratch::Reserve(const OrderRun& tail) {
  const OrderFields wanted = FieldsOf(tail);
  if (tail.orders <= orders && tail.lines <= lines && (wanted & ~fields) == 0) return;
  orders = std::max(orders, tail.orders);
  lines = std::max(lines, tail.lines);
  fields |= wanted;
  columns = OrderColumns(0, orders, lines, fields);
}

OrderRun OrderRuns::Scratch::SortTail(const Block& block) {
  const OrderRun tail = block.tail->View(block.tail_orders, block.tail_lines);
  const ArrivedRows arrived = block.tail->Arrived(block.tail_orders);
  SortRows({&arrived, 1}, 0, block.customers, &sorted);
  Reserve(tail);

  OrderRun run;
  run.customers = block.customers;
  run.orders = tail.orders;
  run.lines = tail.lines;
  run.begin = sorted.begin.data();
  const auto pick = [this](const auto* from, auto* to) {
    if (from != nullptr) Pick(sorted.refs, from, to);
    return from == nullptr ? nullptr : to;
  };
  run.order_key = pick(tail.order_key, columns.order_key);
  run.day = pick(tail.day, columns.day);
  run.status = pick(tail.status, columns.status);
  run.channel = pick(tail.channel, columns.channel);
  run.promised_time = pick(tail.promised_time, columns.promised_time);
  run.shipped_time = pick(tail.shipped_time, columns.shipped_time);
  run.delivered_time = pick(tail.delivered_time, columns.delivered_time);
  run.is_return = pick(tail.is_return, columns.is_return);
  if (tail.line_begin != nullptr) {
    uint32_t* begin = columns.line_begin;
    uint32_t line = 0;
    for (const RowRef& ref : sorted.refs) {
      *begin++ = line;
      line += tail.line_begin[ref.row + 1] - tail.line_begin[ref.row];
    }
    *begin = line;
    run.line_begin = columns.line_begin;
  }
  const auto pick_lines = [this, &tail](const auto* from, auto* to) {
    PickLines(sorted.refs, tail, from, to);
    return from == nullptr ? nullptr : to;
  };
  run.amount = pick_lines(tail.amount, columns.amount);
  run.quantity = pick_lines(tail.quantity, columns.quantity);
  run.quantity_rest = pick_lines(tail.quantity_rest, columns.quantity_rest);
  run.product = pick_lines(tail.product, columns.product);
  run.product_line = pick_lines(tail.product_line, columns.product_line);
  run.cost = pick_lines(tail.cost, columns.cost);
  return run;
}

OrderRuns::OrderRuns() : scratch_(std::make_unique<Scratch>()) {}
OrderRuns::~OrderRuns() = default;

absl::Span<const OrderRun> OrderRuns::Of(const Block& block) {
  size_t runs = 0;
  if (block.base != nullptr && block.base->orders() > 0) {
    scratch_->runs[runs++] = block.base->Run(block.customers);
  }
  if (block.tail_orders > 0) scratch_->runs[runs++] = scratch_->SortTail(block);
  return absl::Span<const OrderRun>(scratch_->runs, runs);
}

}  // namespace strata::image
