#include "server/image/order_writer.h"

namespace strata::image {

void OrderWriter::Append(uint32_t customer, uint32_t key, const Order& order, Coder& coder) {
  OrderColumns& to = tail->columns();
  if (to.channel != nullptr) to.channel[orders] = coder.channel.Intern(order.channel);
  if (to.promised_time != nullptr) to.promised_time[orders] = order.promised_time;
  if (to.shipped_time != nullptr) to.shipped_time[orders] = order.shipped_time;
  if (to.delivered_time != nullptr) to.delivered_time[orders] = order.delivered_time;
  if (to.is_return != nullptr) to.is_return[orders] = IsReturn(TotalOf(order));
  for (const OrderLine& line : order.lines) {
    to.amount[lines] = line.amount;
    if (to.quantity != nullptr) to.quantity[lines] = WholeOf(line.quantity_micros);
    if (to.quantity_rest != nullptr) to.quantity_rest[lines] = RestOf(line.quantity_micros);
    if (to.product != nullptr) to.product[lines] = coder.product.Intern(line.product);
    if (to.product_line != nullptr) {
      to.product_line[lines] = coder.product_line.Intern(line.product_line);
    }
    if (to.cost != nullptr) to.cost[lines] = line.cost;
    ++lines;
  }
  EndOrder(customer, key, coder.DayOf(order.order_time), coder.Status(order.status));
}

void OrderWriter::AppendPlain(uint32_t customer, uint32_t key, Day day, uint16_t status,
                              Micros amount) {
  OrderColumns& to = tail->columns();
  if (tail->fields() != 0) {
    if (to.channel != nullptr) to.channel[orders] = kAbsent;
    if (to.promised_time != nullptr) to.promised_time[orders] = kNoTime;
    if (to.shipped_time != nullptr) to.shipped_time[orders] = kNoTime;
    if (to.delivered_time != nullptr) to.delivered_time[orders] = kNoTime;
    if (to.is_return != nullptr) to.is_return[orders] = 0;
    if (to.quantity != nullptr) to.quantity[lines] = 1;
    if (to.quantity_rest != nullptr) to.quantity_rest[lines] = 0;
    if (to.product != nullptr) to.product[lines] = kAbsent;
    if (to.product_line != nullptr) to.product_line[lines] = kAbsent;
    if (to.cost != nullptr) to.cost[lines] = kNoAmount;
  }
  to.amount[lines++] = amount;
  EndOrder(customer, key, day, status);
}

// Writes what every order has; its lines are written.
void OrderWriter::EndOrder(uint32_t customer, uint32_t key, Day day, uint16_t status) {
  OrderColumns& to = tail->columns();
  days.Add(day);
  to.customers[orders] = customer;
  to.order_key[orders] = key;
  to.day[orders] = day;
  to.status[orders] = status;
  ++orders;
  if (to.line_begin != nullptr) to.line_begin[orders] = lines;
}

}  // namespace strata::image
