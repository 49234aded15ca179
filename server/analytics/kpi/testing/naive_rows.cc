#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/analytics/kpi/period.h"
#include "server/analytics/kpi/testing/naive_kpis.h"

// Rows: their fields, and which of them lie in a cell.

namespace strata::analytics::kpi {
namespace {

const std::vector<std::string> kTimeFields = {
    "year", "quarter", "fiscal_quarter", "fiscal_year", "month", "week", "day", "weekday"};

bool IsOfCustomer(const std::string& field) {
  for (const char* id : {"customer", "country", "gender", "children", "family", "strategic", "tier",
                         "loyalty", "cohort_month"}) {
    if (field == id) return true;
  }
  return false;
}

std::string OrUnknown(const std::string& text) { return text.empty() ? "null:unknown" : text; }

}  // namespace

bool IsTime(const std::string& field) {
  return std::count(kTimeFields.begin(), kTimeFields.end(), field) > 0;
}

NaiveKpis::NaiveKpis(const ShopModel& shop, const image::Revision& revision, fields::DayRange range,
                     Day as_of, std::function<bool(const NaiveKpis&, const NaiveRow&)> matches)
    : shop_(shop),
      revision_(revision),
      range_(range),
      as_of_(as_of),
      end_(Millis{as_of + 1} * kMillisADay),
      matches_(std::move(matches)) {
  RankCustomers();
}

bool NaiveKpis::Recognised(const ShopModel::OrderRow& order) const {
  return absl::AsciiStrToLower(order.status) != "cancelled";
}

void NaiveKpis::RankCustomers() {
  const size_t customers = shop_.customers.size();
  std::vector<Micros> revenue(customers, 0);
  std::vector<int64_t> orders(customers, 0), units(customers, 0);
  std::vector<Day> first(customers, kNoDay);
  for (const auto& order : shop_.orders) {
    if (!Recognised(order) || order.day() > as_of_) continue;
    if (!order.IsReturn()) {
      ++orders[order.customer];
      Day& day = first[order.customer];
      day = day == kNoDay ? order.day() : std::min(day, order.day());
    }
    for (const auto& line : order.lines) {
      revenue[order.customer] += line.amount;
      units[order.customer] += line.quantity_micros;
    }
  }
  std::vector<size_t> paying;
  for (size_t i = 0; i < customers; ++i) {
    if (revenue[i] > 0) paying.push_back(i);
  }
  std::sort(paying.begin(), paying.end(), [&](size_t a, size_t b) {
    return std::make_pair(-revenue[a], shop_.customers[a].id) <
           std::make_pair(-revenue[b], shop_.customers[b].id);
  });
  tier_.assign(customers, "prospect");
  for (size_t rank = 0; rank < paying.size(); ++rank) {
    tier_[paying[rank]] = rank < paying.size() * 2 / 10   ? "strategic"
                          : rank < paying.size() * 5 / 10 ? "growth"
                                                          : "standard";
  }
  for (size_t i = 0; i < customers; ++i) {
    if (shop_.customers[i].strategic == true) tier_[i] = "strategic";
    loyalty_.push_back(orders[i] == 0               ? "none"
                       : orders[i] == 1             ? "Periodic"
                       : units[i] >= 100 * kOneUnit ? "VIP"
                                                    : "Loyal");
    cohort_.push_back(first[i] == kNoDay ? "" : FormatDay(first[i]).substr(0, 7));
  }
}

std::string NaiveKpis::FieldOf(const std::string& field, const NaiveRow& row) const {
  const ShopModel::CustomerRow& customer = shop_.customers[row.customer];
  if (field == "customer") return customer.id;
  if (field == "country") return OrUnknown(customer.country);
  if (field == "gender") return OrUnknown(customer.gender);
  if (field == "children") {
    return customer.children ? absl::StrCat(*customer.children) : "null:unknown";
  }
  if (field == "family") {
    if (!customer.children) return "unknown";
    return *customer.children > 0 ? "with_children" : "without_children";
  }
  if (field == "strategic") {
    return customer.strategic ? (*customer.strategic ? "true" : "false") : "null:unknown";
  }
  if (field == "tier") return tier_[row.customer];
  if (field == "loyalty") return loyalty_[row.customer];
  if (field == "cohort_month") return OrUnknown(cohort_[row.customer]);
  if (field == "status") return OrUnknown(row.order->status);
  if (field == "channel") return OrUnknown(row.order->channel);
  if (field == "deal_size") {
    Micros total = 0;
    for (const auto& line : row.order->lines) total += line.amount;
    return total < shop_.settings.deal_size_medium  ? "small"
           : total < shop_.settings.deal_size_large ? "medium"
                                                    : "large";
  }
  if (field == "product") return OrUnknown(row.line->product);
  if (field == "product_line") return OrUnknown(row.line->product_line);
  if (field == "priority") return OrUnknown(row.ticket->priority);
  if (field == "contract_owner") return OrUnknown(row.contract->owner);
  if (field == "weekday") return absl::StrCat(WeekdayOf(row.day));
  const PeriodUnit unit = *fields::PeriodUnitOf(field);
  return revision_.calendar->Label(unit, revision_.calendar->PeriodOf(unit, row.day));
}

bool NaiveKpis::InCell(const Cell& cell, const NaiveRow& row) const {
  if (row.day != kNoDay && (!cell.range.Contains(row.day) || row.day > as_of_)) return false;
  if (!matches_(*this, row)) return false;
  for (size_t i = 0; i < cell.fields.size(); ++i) {
    if (row.day == kNoDay && IsTime(cell.fields[i])) continue;
    if (FieldOf(cell.fields[i], row) != cell.key[i]) return false;
  }
  return true;
}

std::vector<NaiveRow> NaiveKpis::Lines(const Cell& cell, bool any_status) const {
  std::vector<NaiveRow> rows;
  for (const auto& order : shop_.orders) {
    if (!any_status && !Recognised(order)) continue;
    for (const auto& line : order.lines) {
      const NaiveRow row{order.customer, &order, &line, nullptr, nullptr, order.day()};
      if (InCell(cell, row)) rows.push_back(row);
    }
  }
  return rows;
}

std::vector<NaiveRow> NaiveKpis::Tickets(const Cell& cell) const {
  std::vector<NaiveRow> rows;
  for (const auto& ticket : shop_.tickets) {
    const NaiveRow row{ticket.customer, nullptr, nullptr, &ticket, nullptr, ticket.day()};
    if (InCell(cell, row)) rows.push_back(row);
  }
  return rows;
}

fields::DayRange NaiveKpis::DaysOf(const Cell& cell) const {
  fields::DayRange days = {0, -1};
  for (Day day = cell.range.from; day <= std::min(cell.range.to, as_of_); ++day) {
    NaiveRow row;
    row.day = day;
    bool in = true;
    for (size_t i = 0; i < cell.fields.size(); ++i) {
      in &= !IsTime(cell.fields[i]) || FieldOf(cell.fields[i], row) == cell.key[i];
    }
    if (!in) continue;
    if (days.from > days.to) days.from = day;
    days.to = day;
  }
  return days;
}

std::vector<size_t> NaiveKpis::CustomersOf(const Cell& cell) const {
  Cell by_customer;
  by_customer.range = cell.range;
  for (size_t i = 0; i < cell.fields.size(); ++i) {
    if (!IsOfCustomer(cell.fields[i])) continue;
    by_customer.fields.push_back(cell.fields[i]);
    by_customer.key.push_back(cell.key[i]);
  }
  std::vector<size_t> customers;
  for (size_t i = 0; i < shop_.customers.size(); ++i) {
    NaiveRow row;
    row.customer = i;
    if (InCell(by_customer, row)) customers.push_back(i);
  }
  return customers;
}

bool NaiveKpis::Exists(size_t customer) const {
  if (shop_.customers[customer].created != kNoDay) {
    return shop_.customers[customer].created <= as_of_;
  }
  bool any = false, seen = false;
  const auto event = [&](size_t of, Day day) {
    any |= of == customer;
    seen |= of == customer && day <= as_of_;
  };
  for (const auto& order : shop_.orders) event(order.customer, order.day());
  for (const auto& ticket : shop_.tickets) event(ticket.customer, ticket.day());
  for (const auto& survey : shop_.surveys) event(survey.customer, survey.day);
  return seen || !any;
}

}  // namespace strata::analytics::kpi
