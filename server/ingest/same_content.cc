#include "server/ingest/same_content.h"

#include <algorithm>
#include <tuple>

namespace strata::ingest {
namespace {

auto FieldsOf(const Customer& c) {
  return std::tie(c.display_name, c.birth_date, c.gender, c.children, c.country, c.region, c.city,
                  c.industry, c.account_owner, c.strategic, c.created_time);
}
auto FieldsOf(const Order& o) {
  return std::tie(o.order_time, o.status, o.channel, o.promised_time, o.shipped_time,
                  o.delivered_time);
}
auto FieldsOf(const OrderLine& l) {
  return std::tie(l.product, l.product_line, l.quantity_micros, l.amount, l.cost);
}
auto FieldsOf(const Ticket& t) {
  return std::tie(t.opened_time, t.first_response_time, t.resolved_time, t.escalated_time,
                  t.sla_due_time, t.priority, t.category, t.status, t.csat);
}
auto FieldsOf(const Contract& c) {
  return std::tie(c.start_date, c.end_date, c.annual_value, c.auto_renew, c.owner, c.status);
}
auto FieldsOf(const Survey& s) { return std::tie(s.time, s.kind, s.score); }

}  // namespace

bool SameContent(const Customer& a, const Customer& b) {
  return FieldsOf(a) == FieldsOf(b) &&
         std::equal(a.attributes.begin(), a.attributes.end(), b.attributes.begin(),
                    b.attributes.end(), [](const Attribute& x, const Attribute& y) {
                      return x.key == y.key && x.value == y.value;
                    });
}

bool SameContent(const Order& a, const Order& b) {
  return FieldsOf(a) == FieldsOf(b) &&
         std::equal(
             a.lines.begin(), a.lines.end(), b.lines.begin(), b.lines.end(),
             [](const OrderLine& x, const OrderLine& y) { return FieldsOf(x) == FieldsOf(y); });
}

bool SameContent(const Ticket& a, const Ticket& b) { return FieldsOf(a) == FieldsOf(b); }
bool SameContent(const Contract& a, const Contract& b) { return FieldsOf(a) == FieldsOf(b); }
bool SameContent(const Survey& a, const Survey& b) { return FieldsOf(a) == FieldsOf(b); }

}  // namespace strata::ingest
