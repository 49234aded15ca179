#include "server/image/order_facts.h"

#include <type_traits>
#include <vector>

namespace strata::image {
namespace {

// Columns start at cache lines.
size_t PaddedBytes(size_t bytes) {
  constexpr size_t kLine = ColumnMemory::kAlignment;
  return (bytes + kLine - 1) / kLine * kLine;
}

// True when a row of `runs` has a value in the column.
template <typename T>
bool HasValue(absl::Span<const OrderRun> sources, absl::Span<const RowRun> runs,
              const T* OrderRun::*column, T absent) {
  for (const RowRun& run : runs) {
    const T* const values = sources[run.source].*column;
    if (values == nullptr) continue;
    for (uint32_t i = 0; i < run.count; ++i) {
      if (values[run.first + i] != absent) return true;
    }
  }
  return false;
}

bool HasOtherThanOneLine(absl::Span<const OrderRun> sources, absl::Span<const RowRun> runs) {
  for (const RowRun& run : runs) {
    const uint32_t* const line_begin = sources[run.source].line_begin;
    if (line_begin == nullptr) continue;
    for (uint32_t i = run.first; i < run.first + run.count; ++i) {
      if (line_begin[i + 1] - line_begin[i] != 1) return true;
    }
  }
  return false;
}

// The optional fields that the rows of a plan have.
OrderFields FieldsOf(absl::Span<const OrderRun> sources, absl::Span<const RowRun> orders,
                     absl::Span<const RowRun> lines) {
  OrderFields offered = 0, fields = 0;
  for (const OrderRun& source : sources) offered |= image::FieldsOf(source);
  const auto check = [&](OrderField field, const auto& has_value) {
    if ((offered & field) != 0 && has_value()) fields |= field;
  };
  const auto check_column = [&](OrderField field, absl::Span<const RowRun> runs, auto column,
                                auto absent) {
    check(field, [&] { return HasValue(sources, runs, column, absent); });
  };
  check_column(kHasChannel, orders, &OrderRun::channel, kAbsent);
  check_column(kHasPromised, orders, &OrderRun::promised_time, kNoTime);
  check_column(kHasShipped, orders, &OrderRun::shipped_time, kNoTime);
  check_column(kHasDelivered, orders, &OrderRun::delivered_time, kNoTime);
  check_column(kHasReturn, orders, &OrderRun::is_return, uint8_t{0});
  check_column(kHasQuantity, lines, &OrderRun::quantity, 1);
  check_column(kHasQuantityRest, lines, &OrderRun::quantity_rest, 0);
  check_column(kHasProduct, lines, &OrderRun::product, kAbsent);
  check_column(kHasProductLine, lines, &OrderRun::product_line, kAbsent);
  check_column(kHasCost, lines, &OrderRun::cost, kNoAmount);
  check(kHasLineBegin, [&] { return HasOtherThanOneLine(sources, orders); });
  return fields;
}

// Copies one column of all sources to `out` unless that is null.
template <typename T>
void Gather(absl::Span<const OrderRun> sources, absl::Span<const RowRun> runs,
            const T* OrderRun::*column, T absent, T* out) {
  if (out == nullptr) return;
  std::vector<const T*> columns;
  for (const OrderRun& source : sources) columns.push_back(source.*column);
  CopyRuns<T>(runs, columns, absent, out);
}

// The runs of lines that belong to runs of orders.
std::vector<RowRun> LineRuns(absl::Span<const OrderRun> sources, absl::Span<const RowRun> runs) {
  std::vector<RowRun> lines;
  lines.reserve(runs.size());
  for (const RowRun& run : runs) {
    const OrderRun& source = sources[run.source];
    const uint32_t first = source.FirstLine(run.first);
    lines.push_back({run.source, first, source.FirstLine(run.first + run.count) - first});
  }
  return lines;
}

}  // namespace

OrderFields FieldsOf(const Order& order) {
  OrderFields fields = 0;
  if (!order.channel.empty()) fields |= kHasChannel;
  if (order.promised_time != kNoTime) fields |= kHasPromised;
  if (order.shipped_time != kNoTime) fields |= kHasShipped;
  if (order.delivered_time != kNoTime) fields |= kHasDelivered;
  if (order.lines.size() != 1) fields |= kHasLineBegin;
  if (IsReturn(TotalOf(order))) fields |= kHasReturn;
  for (const OrderLine& line : order.lines) {
    if (WholeOf(line.quantity_micros) != 1) fields |= kHasQuantity;
    if (RestOf(line.quantity_micros) != 0) fields |= kHasQuantityRest;
    if (!line.product.empty()) fields |= kHasProduct;
    if (!line.product_line.empty()) fields |= kHasProductLine;
    if (line.cost != kNoAmount) fields |= kHasCost;
  }
  return fields;
}

OrderFields FieldsOf(const OrderRun& run) {
  OrderFields fields = 0;
  if (run.channel != nullptr) fields |= kHasChannel;
  if (run.promised_time != nullptr) fields |= kHasPromised;
  if (run.shipped_time != nullptr) fields |= kHasShipped;
  if (run.delivered_time != nullptr) fields |= kHasDelivered;
  if (run.is_return != nullptr) fields |= kHasReturn;
  if (run.line_begin != nullptr) fields |= kHasLineBegin;
  if (run.quantity != nullptr) fields |= kHasQuantity;
  if (run.quantity_rest != nullptr) fields |= kHasQuantityRest;
  if (run.product != nullptr) fields |= kHasProduct;
  if (run.product_line != nullptr) fields |= kHasProductLine;
  if (run.cost != nullptr) fields |= kHasCost;
  return fields;
}

OrderColumns::OrderColumns(size_t customer_count, size_t orders, size_t lines, OrderFields fields) {
  const auto lay_out = [&](char* base) {
    size_t used = 0;
    const auto place = [&](auto*& column, bool wanted, size_t rows) {
      using T = std::remove_reference_t<decltype(*column)>;
      if (!wanted) return;
      if (base != nullptr) column = reinterpret_cast<T*>(base + used);
      used += PaddedBytes(rows * sizeof(T));
    };
    place(customers, customer_count > 0, customer_count);
    place(order_key, true, orders);
    place(day, true, orders);
    place(status, true, orders);
    place(amount, true, lines);
    place(is_return, fields & kHasReturn, orders);
    place(line_begin, fields & kHasLineBegin, orders + 1);
    place(channel, fields & kHasChannel, orders);
    place(promised_time, fields & kHasPromised, orders);
    place(shipped_time, fields & kHasShipped, orders);
    place(delivered_time, fields & kHasDelivered, orders);
    place(quantity, fields & kHasQuantity, lines);
    place(quantity_rest, fields & kHasQuantityRest, lines);
    place(product, fields & kHasProduct, lines);
    place(product_line, fields & kHasProductLine, lines);
    place(cost, fields & kHasCost, lines);
    return used;
  };
  memory = ColumnMemory(lay_out(nullptr));
  lay_out(memory.data());
  if (line_begin != nullptr) line_begin[0] = 0;
}

OrderRun OrderColumns::View() const {
  OrderRun run;
  run.order_key = order_key;
  run.day = day;
  run.status = status;
  run.channel = channel;
  run.promised_time = promised_time;
  run.shipped_time = shipped_time;
  run.delivered_time = delivered_time;
  run.is_return = is_return;
  run.line_begin = line_begin;
  run.amount = amount;
  run.quantity = quantity;
  run.quantity_rest = quantity_rest;
  run.product = product;
  run.product_line = product_line;
  run.cost = cost;
  return run;
}

OrderFacts::OrderFacts(absl::Span<const OrderRun> sources, const RowPlan& plan,
                       uint32_t begin_capacity)
    : orders_(plan.rows()),
      begin_capacity_(std::max(begin_capacity, static_cast<uint32_t>(plan.begin.size()) - 1)) {
  const bool one_line_each = std::all_of(sources.begin(), sources.end(), [](const OrderRun& run) {
    return run.line_begin == nullptr;
  });
  const std::vector<RowRun> line_runs =
      one_line_each ? std::vector<RowRun>() : LineRuns(sources, plan.runs);
  const absl::Span<const RowRun> orders = plan.runs;
  const absl::Span<const RowRun> lines = one_line_each ? plan.runs : line_runs;
  for (const RowRun& run : lines) lines_ += run.count;

  const OrderFields fields = FieldsOf(sources, orders, lines);
  columns_ = OrderColumns(begin_capacity_ + 1, orders_, lines_, fields);
  SetBegin(plan);
  SetLineBegin(sources, orders);
  OrderColumns& to = columns_;
  Gather(sources, orders, &OrderRun::order_key, 0u, to.order_key);
  Gather(sources, orders, &OrderRun::day, kNoDay, to.day);
  Gather(sources, orders, &OrderRun::status, uint16_t{0}, to.status);
  Gather(sources, orders, &OrderRun::channel, kAbsent, to.channel);
  Gather(sources, orders, &OrderRun::promised_time, kNoTime, to.promised_time);
  Gather(sources, orders, &OrderRun::shipped_time, kNoTime, to.shipped_time);
  Gather(sources, orders, &OrderRun::delivered_time, kNoTime, to.delivered_time);
  Gather(sources, orders, &OrderRun::is_return, uint8_t{0}, to.is_return);
  Gather(sources, lines, &OrderRun::amount, Micros{0}, to.amount);
  Gather(sources, lines, &OrderRun::quantity, 1, to.quantity);
  Gather(sources, lines, &OrderRun::quantity_rest, 0, to.quantity_rest);
  Gather(sources, lines, &OrderRun::product, kAbsent, to.product);
  Gather(sources, lines, &OrderRun::product_line, kAbsent, to.product_line);
  Gather(sources, lines, &OrderRun::cost, kNoAmount, to.cost);
  for (uint32_t i = 0; i < orders_; ++i) days_.Add(to.day[i]);
}

void OrderFacts::SetBegin(const RowPlan& plan) {
  uint32_t* const begin = columns_.customers;
  uint32_t* const rest = std::copy(plan.begin.begin(), plan.begin.end(), begin);
  std::fill(rest, begin + begin_capacity_ + 1, orders_);
}

void OrderFacts::SetLineBegin(absl::Span<const OrderRun> sources, absl::Span<const RowRun> runs) {
  uint32_t* begin = columns_.line_begin;
  if (begin == nullptr) return;
  uint32_t line = 0;
  for (const RowRun& run : runs) {
    const OrderRun& source = sources[run.source];
    for (uint32_t order = run.first; order < run.first + run.count; ++order) {
      *begin++ = line;
      line += source.FirstLine(order + 1) - source.FirstLine(order);
    }
  }
  *begin = line;
}

OrderRun OrderFacts::Run(uint32_t customers) const {
  OrderRun run = columns_.View();
  run.customers = customers;
  run.orders = orders_;
  run.lines = lines_;
  run.begin = columns_.customers;
  return run;
}

OrderTail::OrderTail(uint32_t order_capacity, uint32_t line_capacity, OrderFields fields)
    : order_capacity_(order_capacity),
      line_capacity_(line_capacity),
      fields_(fields),
      columns_(order_capacity, order_capacity, line_capacity, fields) {}

OrderRun OrderTail::View(uint32_t orders, uint32_t lines) const {
  OrderRun run = columns_.View();
  run.orders = orders;
  run.lines = lines;
  return run;
}

}  // namespace strata::image
