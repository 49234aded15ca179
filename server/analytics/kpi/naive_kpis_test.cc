#include "server/analytics/kpi/naive_kpis.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/analytics/kpi/period.h"

namespace strata::analytics::kpi {
namespace {

const std::vector<std::string> kTimeFields = {
    "year", "quarter", "fiscal_quarter", "fiscal_year", "month", "week", "day", "weekday"};

bool IsTime(const std::string& field) {
  return std::count(kTimeFields.begin(), kTimeFields.end(), field) > 0;
}

bool IsOfCustomer(const std::string& field) {
  for (const char* id : {"customer", "country", "gender", "children", "family", "strategic", "tier",
                         "loyalty", "cohort_month"}) {
    if (field == id) return true;
  }
  return false;
}

std::string OrUnknown(const std::string& text) { return text.empty() ? "null:unknown" : text; }

std::string Number(double value) { return absl::StrCat(value); }

std::string RatioText(double numerator, double denominator, const char* reason = "no_records") {
  if (denominator <= 0) return absl::StrCat("null:", reason);
  return Number(numerator / denominator);
}

// Long arithmetic by hand, so that money is rounded without the code under test.
std::string MoneyText(__int128 micros, int64_t divisor = 1) {
  const bool negative = micros < 0;
  __int128 nanos = (negative ? -micros : micros) * 1000;
  const __int128 rest = nanos % divisor;
  nanos = nanos / divisor + (rest * 2 >= divisor ? 1 : 0);
  std::string digits;
  for (int i = 0; i < 30 && (nanos > 0 || i < 10); ++i, nanos /= 10) {
    if (i == 9) digits.insert(digits.begin(), '.');
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(nanos % 10)));
  }
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  return (negative && digits != "0" ? "-" : "") + digits;
}

// Type 7 at `tenths`, times ten, by full sorting.
__int128 QuantileByTen(std::vector<int64_t> values, int64_t tenths) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<int64_t>(values.size());
  const int64_t at = (n - 1) * tenths;
  const auto low = static_cast<size_t>(at / 10);
  const size_t high = std::min(low + 1, values.size() - 1);
  return static_cast<__int128>(values[low]) * (10 - at % 10) +
         static_cast<__int128>(values[high]) * (at % 10);
}

}  // namespace

NaiveKpis::NaiveKpis(const ShopModel& shop, const image::Revision& revision, DayRange range,
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
    ++orders[order.customer];
    Day& day = first[order.customer];
    day = day == kNoDay ? order.day() : std::min(day, order.day());
    for (const auto& line : order.lines) {
      revenue[order.customer] += line.amount;
      units[order.customer] += line.quantity;
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
    loyalty_.push_back(orders[i] == 0    ? "none"
                       : orders[i] == 1  ? "Periodic"
                       : units[i] >= 100 ? "VIP"
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
  const PeriodUnit unit = *PeriodUnitOf(field);
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

std::vector<int> NaiveKpis::Scores(const Cell& cell, SurveyKind kind) const {
  std::vector<int> scores;
  for (const auto& survey : shop_.surveys) {
    NaiveRow row;
    row.customer = survey.customer;
    row.day = survey.day;
    if (survey.kind == kind && InCell(cell, row)) scores.push_back(survey.score);
  }
  if (kind == SurveyKind::kNps) return scores;
  for (const auto& ticket : shop_.tickets) {
    if (ticket.csat == 0 || !Seen(ticket.resolved)) continue;
    NaiveRow row;
    row.customer = ticket.customer;
    row.day = static_cast<Day>(ticket.resolved / kMillisADay);
    if (InCell(cell, row)) scores.push_back(ticket.csat);
  }
  return scores;
}

DayRange NaiveKpis::DaysOf(const Cell& cell) const {
  DayRange days = {0, -1};
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

std::string NaiveKpis::SalesFigure(const std::string& kpi, const Cell& cell) const {
  const bool any_status = kpi == "orders_all" || kpi == "revenue_all";
  const std::vector<NaiveRow> lines = Lines(cell, any_status);
  __int128 revenue = 0, cost = 0, with_cost = 0, strategic = 0;
  int64_t units = 0, lines_with_cost = 0, due = 0, on_time = 0;
  std::map<const ShopModel::OrderRow*, Micros> orders;
  for (const NaiveRow& row : lines) {
    revenue += row.line->amount;
    if (tier_[row.customer] == "strategic") strategic += row.line->amount;
    units += row.line->quantity;
    orders[row.order] += row.line->amount;
    if (row.line->cost == kNoAmount) continue;
    ++lines_with_cost;
    cost += row.line->cost;
    with_cost += row.line->amount;
  }
  std::vector<int64_t> values;
  for (const auto& [order, value] : orders) {
    values.push_back(value);
    if (order->promised == kNoTime) continue;
    const bool delivered = Seen(order->delivered);
    due += delivered || order->promised < end_;
    on_time += delivered && order->delivered <= order->promised;
  }
  const auto count = static_cast<int64_t>(orders.size());
  const auto line_count = static_cast<int64_t>(lines.size());
  const auto ratio = [](double a, double b) { return RatioText(a, b); };
  if (kpi == "revenue" || kpi == "revenue_all") return MoneyText(revenue);
  if (kpi == "orders" || kpi == "orders_all") return absl::StrCat(count);
  if (kpi == "order_lines") return absl::StrCat(line_count);
  if (kpi == "units") return absl::StrCat(units);
  if (kpi == "cost_coverage") {
    return ratio(static_cast<double>(lines_with_cost), static_cast<double>(line_count));
  }
  if (kpi == "cost") return lines_with_cost == 0 ? "null:no_records" : MoneyText(cost);
  if (kpi == "gross_margin") {
    if (lines_with_cost == 0) return "null:no_records";
    return RatioText(static_cast<double>(with_cost - cost), static_cast<double>(with_cost),
                     "zero_denominator");
  }
  if (kpi == "on_time_delivery_rate") {
    return ratio(static_cast<double>(on_time), static_cast<double>(due));
  }
  if (count == 0) return "null:no_records";
  if (kpi == "strategic_revenue_share") {
    return RatioText(static_cast<double>(strategic), static_cast<double>(revenue),
                     "zero_denominator");
  }
  if (kpi == "average_order_value") return MoneyText(revenue, count);
  if (kpi == "average_line_value") return MoneyText(revenue, line_count);
  if (kpi == "median_order_value") return MoneyText(QuantileByTen(values, 5), 10);
  if (kpi == "p90_order_value") return MoneyText(QuantileByTen(values, 9), 10);
  return "";
}

std::string NaiveKpis::BuyerFigure(const std::string& kpi, const Cell& cell) const {
  if (kpi == "customers") {
    int64_t customers = 0;
    for (const size_t customer : CustomersOf(cell)) customers += Exists(customer);
    return absl::StrCat(customers);
  }
  if (kpi == "inactive_rate") {
    const Day end = DaysOf(cell).to;
    if (end < cell.range.from) return "null:no_records";
    double before = 0, silent = 0;
    for (const size_t customer : CustomersOf(cell)) {
      Day last = kNoDay;
      for (const auto& order : shop_.orders) {
        if (order.customer == customer && Recognised(order) && order.day() <= end) {
          last = std::max(last, order.day());
        }
      }
      int contracts = 0;
      ContractValue(customer, end, &contracts);
      if (last == kNoDay || contracts > 0) continue;
      ++before;
      silent += end - last > shop_.settings.inactivity_days;
    }
    return RatioText(silent, before);
  }
  std::map<size_t, std::set<const ShopModel::OrderRow*>> orders;
  __int128 revenue = 0;
  for (const NaiveRow& row : Lines(cell, false)) {
    orders[row.customer].insert(row.order);
    revenue += row.line->amount;
  }
  int64_t count = 0, fresh = 0, months = 0;
  std::vector<int64_t> gaps;
  std::vector<double> cvs;
  for (const auto& [customer, own] : orders) {
    Day first = kNoDay;
    for (const auto& order : shop_.orders) {
      if (order.customer != customer || !Recognised(order)) continue;
      first = first == kNoDay ? order.day() : std::min(first, order.day());
    }
    std::vector<Day> days;
    std::set<std::string> own_months;
    for (const auto* order : own) {
      days.push_back(order->day());
      own_months.insert(FormatDay(order->day()).substr(0, 7));
    }
    std::sort(days.begin(), days.end());
    count += static_cast<int64_t>(days.size());
    months += static_cast<int64_t>(own_months.size());
    fresh += days.front() == first;
    std::vector<double> own_gaps;
    for (size_t i = 1; i < days.size(); ++i) {
      gaps.push_back(days[i] - days[i - 1]);
      own_gaps.push_back(days[i] - days[i - 1]);
    }
    double mean = 0, squares = 0;
    for (const double gap : own_gaps) mean += gap / static_cast<double>(own_gaps.size());
    for (const double gap : own_gaps) squares += (gap - mean) * (gap - mean);
    if (own_gaps.size() < 2 || mean == 0) continue;
    cvs.push_back(std::sqrt(squares / static_cast<double>(own_gaps.size() - 1)) / mean);
  }
  const auto active = static_cast<int64_t>(orders.size());
  if (kpi == "active_customers") return absl::StrCat(active);
  if (kpi == "new_customers") return absl::StrCat(fresh);
  const double order_count = static_cast<double>(count);
  if (kpi == "order_frequency") return RatioText(order_count, static_cast<double>(active));
  if (kpi == "order_frequency_monthly") return RatioText(order_count, static_cast<double>(months));
  if (kpi == "median_order_gap_days") {
    if (gaps.empty()) return "null:no_records";
    return Number(static_cast<double>(QuantileByTen(gaps, 5)) / 10);
  }
  if (kpi == "order_gap_cv") {
    if (cvs.empty()) return "null:no_records";
    std::sort(cvs.begin(), cvs.end());
    return Number((cvs[(cvs.size() - 1) / 2] + cvs[cvs.size() / 2]) / 2);
  }
  if (active == 0) return "null:no_records";
  return kpi == "revenue_per_customer" ? MoneyText(revenue, active) : "";
}

std::string NaiveKpis::ServiceFigure(const std::string& kpi, const Cell& cell) const {
  if (kpi == "csat" || kpi == "nps") {
    const bool nps = kpi == "nps";
    double up = 0, down = 0;
    const std::vector<int> scores = Scores(cell, nps ? SurveyKind::kNps : SurveyKind::kCsat);
    for (const int score : scores) {
      up += score >= (nps ? 9 : 4);
      down += nps && score <= 6;
    }
    return RatioText((up - down) * (nps ? 100 : 1), static_cast<double>(scores.size()));
  }
  double tickets = 0, escalated = 0, met = 0, breached = 0;
  std::vector<int64_t> responses, resolutions;
  for (const NaiveRow& row : Tickets(cell)) {
    const ShopModel::TicketRow& ticket = *row.ticket;
    ++tickets;
    escalated += Seen(ticket.escalated);
    if (Seen(ticket.response)) responses.push_back(ticket.response - ticket.opened);
    if (Seen(ticket.resolved)) resolutions.push_back(ticket.resolved - ticket.opened);
    if (ticket.due == kNoTime || ticket.status == TicketStatus::kCancelled) continue;
    if (Seen(ticket.resolved)) {
      (ticket.resolved <= ticket.due ? met : breached) += 1;
    } else if (ticket.due < end_ &&
               !(ticket.status == TicketStatus::kResolved && ticket.resolved == kNoTime)) {
      breached += 1;
    }
  }
  const auto hours = [](const std::vector<int64_t>& millis) -> std::string {
    if (millis.empty()) return "null:no_records";
    return Number(static_cast<double>(QuantileByTen(millis, 5)) / 36'000'000);
  };
  if (kpi == "tickets") return Number(tickets);
  if (kpi == "escalations") return Number(escalated);
  if (kpi == "escalation_rate") return RatioText(escalated, tickets);
  if (kpi == "sla_compliance") return RatioText(met, met + breached);
  if (kpi == "median_first_response_hours") return hours(responses);
  if (kpi == "median_resolution_hours") return hours(resolutions);
  if (kpi != "tickets_per_customer") return "";
  double customers = 0;
  for (const size_t customer : CustomersOf(cell)) customers += Exists(customer);
  return RatioText(tickets, customers, "zero_denominator");
}

Micros NaiveKpis::ContractValue(size_t customer, Day day, int* contracts) const {
  Micros value = 0;
  for (const auto& contract : shop_.contracts) {
    if (contract.customer != customer || contract.start > day) continue;
    if (contract.end != kNoDay && contract.end < day) continue;
    value += contract.annual_value;
    if (contracts != nullptr) ++*contracts;
  }
  return value;
}

std::string NaiveKpis::ContractFigure(const std::string& kpi, const Cell& cell) const {
  const DayRange days = DaysOf(cell);
  if (kpi == "contract_value") {
    __int128 value = 0;
    for (const auto& contract : shop_.contracts) {
      NaiveRow row;
      row.customer = contract.customer;
      row.contract = &contract;
      const bool in_force = days.from <= days.to && contract.start <= days.to &&
                            (contract.end == kNoDay || contract.end >= days.to);
      if (in_force && InCell(cell, row)) value += contract.annual_value;
    }
    return MoneyText(value);
  }
  std::map<std::string, __int128> moved;
  __int128 start = 0, kept = 0;
  double logos = 0, lost = 0;
  bool any = false;
  for (const size_t customer : CustomersOf(cell)) {
    if (days.from > days.to) break;
    int at_start = 0, at_end = 0;
    const Micros before = ContractValue(customer, days.from - 1, &at_start);
    const Micros after = ContractValue(customer, days.to, &at_end);
    any |= at_start + at_end > 0;
    bool known = false;
    for (const auto& contract : shop_.contracts) {
      known |= contract.customer == customer && contract.start < days.from;
    }
    if (at_start > 0) {
      ++logos;
      lost += at_end == 0;
      start += before;
      kept += std::min(before, after);
    }
    const char* movement = at_start == 0    ? (known ? "reactivation" : "new")
                           : at_end == 0    ? "churn"
                           : after > before ? "expansion"
                                            : "contraction";
    moved[movement] += after - before;
  }
  if (kpi == "nrr" || kpi == "grr" || kpi == "logo_churn_rate") {
    if (!any) return "null:no_records";
    const __int128 left = start + moved["expansion"] + moved["contraction"] + moved["churn"];
    if (kpi == "logo_churn_rate") return RatioText(lost, logos, "zero_denominator");
    return RatioText(static_cast<double>(kpi == "nrr" ? left : kept), static_cast<double>(start),
                     "zero_denominator");
  }
  if (kpi != "recurring_net_change") return MoneyText(moved[kpi.substr(10)]);
  __int128 net = 0;
  for (const auto& [movement, value] : moved) net += value;
  return MoneyText(net);
}

std::string NaiveKpis::GrowthFigure(const std::string& kpi, const Cell& cell) const {
  Cell previous;
  std::optional<PeriodUnit> finest;
  std::string label;
  for (size_t i = 0; i < cell.fields.size(); ++i) {
    const std::optional<PeriodUnit> unit = PeriodUnitOf(cell.fields[i]);
    if (!unit.has_value()) {
      previous.fields.push_back(cell.fields[i]);
      previous.key.push_back(cell.key[i]);
    } else if (!finest.has_value() || IsFiner(*unit, *finest)) {
      finest = unit;
      label = cell.key[i];
    }
  }
  previous.range = PreviousPeriod(cell.range);
  if (finest.has_value()) {
    previous.range = kpi::DaysOf(*revision_.calendar, *finest,
                                 *revision_.calendar->ParseLabel(*finest, label) - 1);
  }
  if (previous.range.to < revision_.first_event_day) return "null:not_enough_history";
  double now = 0, before = 0;
  std::set<const ShopModel::OrderRow*> orders_now, orders_before;
  for (const NaiveRow& row : Lines(cell, false)) {
    now += static_cast<double>(row.line->amount);
    orders_now.insert(row.order);
  }
  for (const NaiveRow& row : Lines(previous, false)) {
    before += static_cast<double>(row.line->amount);
    orders_before.insert(row.order);
  }
  if (kpi == "orders_growth") {
    now = static_cast<double>(orders_now.size());
    before = static_cast<double>(orders_before.size());
  }
  return RatioText(now - before, before, "zero_denominator");
}

std::string NaiveKpis::Figure(const std::string& kpi, const Cell& cell,
                              const std::vector<std::string>& share_within) const {
  if (kpi == "revenue_growth" || kpi == "orders_growth") return GrowthFigure(kpi, cell);
  if (kpi == "share_of_revenue" || kpi == "status_share") {
    Cell whole;
    whole.range = cell.range;
    for (size_t i = 0; i < cell.fields.size(); ++i) {
      if (std::count(share_within.begin(), share_within.end(), cell.fields[i]) == 0) continue;
      whole.fields.push_back(cell.fields[i]);
      whole.key.push_back(cell.key[i]);
    }
    const auto part_of = [&](const Cell& part) {
      double sum = 0;
      std::set<const ShopModel::OrderRow*> orders;
      for (const NaiveRow& row : Lines(part, kpi == "status_share")) {
        sum += static_cast<double>(row.line->amount);
        orders.insert(row.order);
      }
      return kpi == "status_share" ? static_cast<double>(orders.size()) : sum;
    };
    return RatioText(part_of(cell), part_of(whole), "zero_denominator");
  }
  for (auto family : {&NaiveKpis::SalesFigure, &NaiveKpis::BuyerFigure}) {
    const bool of_family =
        family == &NaiveKpis::BuyerFigure
            ? (kpi == "customers" || kpi == "active_customers" || kpi == "new_customers" ||
               kpi == "order_frequency" || kpi == "order_frequency_monthly" ||
               kpi == "median_order_gap_days" || kpi == "order_gap_cv" ||
               kpi == "revenue_per_customer" || kpi == "inactive_rate")
            : false;
    if (of_family) return (this->*family)(kpi, cell);
  }
  const Kpi& row = **FindKpi(kpi);
  if (row.family == "service") return ServiceFigure(kpi, cell);
  if (row.family == "contracts") return ContractFigure(kpi, cell);
  return SalesFigure(kpi, cell);
}

bool NaiveKpis::HasFacts(const std::string& kpi, const Cell& cell) const {
  const Kpi& row = **FindKpi(kpi);
  if (kpi == "customers") return BuyerFigure(kpi, cell) != "0";
  if (kpi == "inactive_rate") return BuyerFigure(kpi, cell) != "null:no_records";
  if (kpi == "csat") return !Scores(cell, SurveyKind::kCsat).empty();
  if (kpi == "nps") return !Scores(cell, SurveyKind::kNps).empty();
  if (row.family == "service") return !Tickets(cell).empty();
  if (kpi == "contract_value") {
    const DayRange days = DaysOf(cell);
    return std::any_of(shop_.contracts.begin(), shop_.contracts.end(), [&](const auto& contract) {
      NaiveRow of_contract;
      of_contract.customer = contract.customer;
      of_contract.contract = &contract;
      return days.from <= days.to && contract.start <= days.to &&
             (contract.end == kNoDay || contract.end >= days.to) && InCell(cell, of_contract);
    });
  }
  if (row.family == "contracts") return ContractFigure("nrr", cell) != "null:no_records";
  const bool any = kpi == "orders_all" || kpi == "revenue_all" || kpi == "status_share";
  return !Lines(cell, any).empty();
}

// Every combination of values of every field's own list, as far as the combination could occur.
std::vector<NaiveKey> NaiveKpis::Keys(const std::vector<std::string>& group_by,
                                      DayRange range) const {
  std::set<NaiveKey> keys;
  std::vector<NaiveRow> rows;
  for (const auto& order : shop_.orders) {
    for (const auto& line : order.lines) {
      rows.push_back({order.customer, &order, &line, nullptr, nullptr, order.day()});
    }
  }
  for (const auto& ticket : shop_.tickets) {
    rows.push_back({ticket.customer, nullptr, nullptr, &ticket, nullptr, ticket.day()});
    if (Seen(ticket.resolved)) {
      rows.push_back({ticket.customer, nullptr, nullptr, &ticket, nullptr,
                      static_cast<Day>(ticket.resolved / kMillisADay)});
    }
  }
  for (const auto& survey : shop_.surveys) {
    rows.push_back({survey.customer, nullptr, nullptr, nullptr, nullptr, survey.day});
  }
  // Figures of a day exist in every period, for every customer and contract.
  std::set<NaiveKey> times;
  std::vector<std::string> time_fields;
  for (const std::string& field : group_by) {
    if (IsTime(field)) time_fields.push_back(field);
  }
  std::vector<Day> first_days;
  for (Day day = range.from; day <= range.to; ++day) {
    NaiveRow row;
    row.day = day;
    NaiveKey key;
    for (const std::string& field : time_fields) key.push_back(FieldOf(field, row));
    if (times.insert(key).second) first_days.push_back(day);
  }
  for (const Day day : first_days) {
    for (size_t i = 0; i < shop_.customers.size(); ++i) {
      rows.push_back({i, nullptr, nullptr, nullptr, nullptr, day});
    }
    for (const auto& contract : shop_.contracts) {
      rows.push_back({contract.customer, nullptr, nullptr, nullptr, &contract, day});
    }
  }
  for (const NaiveRow& row : rows) {
    NaiveKey key;
    for (const std::string& field : group_by) {
      const bool fits = (field != "status" && field != "channel" && field != "deal_size" &&
                         field != "product" && field != "product_line") ||
                        row.order != nullptr;
      if (!fits || (field == "priority" && row.ticket == nullptr) ||
          (field == "contract_owner" && row.contract == nullptr)) {
        break;
      }
      key.push_back(FieldOf(field, row));
    }
    if (key.size() == group_by.size() && range.Contains(row.day)) keys.insert(key);
  }
  if (group_by.empty()) keys.insert(NaiveKey{});
  return {keys.begin(), keys.end()};
}

std::map<NaiveKey, std::vector<std::string>> NaiveKpis::Table(
    const std::vector<std::string>& kpis, const std::vector<std::string>& group_by,
    const std::vector<std::string>& share_within, bool fill_empty) const {
  const std::vector<NaiveKey> candidates = Keys(group_by, range_);
  std::set<NaiveKey> keys;
  for (const NaiveKey& key : candidates) {
    const Cell cell{group_by, key, range_};
    const bool row = std::any_of(kpis.begin(), kpis.end(),
                                 [&](const std::string& kpi) { return HasFacts(kpi, cell); });
    if (row || group_by.empty()) keys.insert(key);
  }
  if (fill_empty && std::any_of(group_by.begin(), group_by.end(), [](const std::string& field) {
        return PeriodUnitOf(field).has_value();
      })) {
    // All days' time values with the other values of all rows.
    std::set<NaiveKey> others = keys, filled;
    if (others.empty() && std::all_of(group_by.begin(), group_by.end(), IsTime)) {
      others.insert(NaiveKey(group_by.size()));
    }
    for (const NaiveKey& other : others) {
      for (Day day = range_.from; day <= range_.to; ++day) {
        NaiveKey key = other;
        NaiveRow row;
        row.day = day;
        for (size_t i = 0; i < group_by.size(); ++i) {
          if (IsTime(group_by[i])) key[i] = FieldOf(group_by[i], row);
        }
        filled.insert(key);
      }
    }
    keys.insert(filled.begin(), filled.end());
  }
  std::map<NaiveKey, std::vector<std::string>> table;
  for (const NaiveKey& key : keys) {
    for (const std::string& kpi : kpis) {
      table[key].push_back(Figure(kpi, {group_by, key, range_}, share_within));
    }
  }
  return table;
}

}  // namespace strata::analytics::kpi
