#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "server/analytics/kpi/period.h"
#include "server/analytics/kpi/testing/naive_kpis.h"
#include "server/analytics/kpi/testing/naive_text.h"

// The figures of orders: of their lines, of who bought, and against the period before.

namespace strata::analytics::kpi {

std::string NaiveKpis::SalesFigure(const std::string& kpi, const Cell& cell) const {
  const bool any_status = kpi == "orders_all" || kpi == "revenue_all";
  const std::vector<NaiveRow> lines = Lines(cell, any_status);
  __int128 revenue = 0, cost = 0, with_cost = 0, strategic = 0;
  int64_t units = 0, lines_with_cost = 0, due = 0, on_time = 0;
  std::map<const ShopModel::OrderRow*, Micros> orders, returns;  // any status: no returns
  for (const NaiveRow& row : lines) {
    revenue += row.line->amount;
    if (tier_[row.customer] == "strategic") strategic += row.line->amount;
    units += row.line->quantity_micros;
    (row.order->IsReturn() && !any_status ? returns : orders)[row.order] += row.line->amount;
    if (row.line->cost == kNoAmount) continue;
    ++lines_with_cost;
    cost += row.line->cost;
    with_cost += row.line->amount;
  }
  std::vector<int64_t> values;
  __int128 gross = 0, refunds = 0;
  for (const auto& [order, value] : returns) refunds -= value;
  for (const auto& [order, value] : orders) {
    values.push_back(value);
    gross += value;
    if (order->promised == kNoTime) continue;
    const bool delivered = Seen(order->delivered);
    if (delivered && order->delivered / kMillisADay < order->day()) continue;  // UTC, after 1970
    due += delivered || order->promised < end_;
    on_time += delivered && order->delivered <= order->promised;
  }
  const auto count = static_cast<int64_t>(orders.size());
  const auto line_count = static_cast<int64_t>(lines.size());
  const auto ratio = [](double a, double b) { return RatioText(a, b); };
  if (kpi == "revenue" || kpi == "revenue_all") return MoneyText(revenue);
  if (kpi == "orders" || kpi == "orders_all") return absl::StrCat(count);
  if (kpi == "returns") return absl::StrCat(returns.size());
  if (kpi == "refunds") return MoneyText(refunds);
  if (kpi == "gross_revenue") return MoneyText(gross);
  if (kpi == "order_lines") return absl::StrCat(line_count);
  if (kpi == "units") return Number(static_cast<double>(units) / 1e6);
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
  if (lines.empty()) return "null:no_records";
  if (kpi == "strategic_revenue_share") {
    return RatioText(static_cast<double>(strategic), static_cast<double>(revenue),
                     "zero_denominator");
  }
  if (kpi == "average_line_value") return MoneyText(revenue, line_count);
  if (kpi == "return_rate") {
    return ratio(static_cast<double>(returns.size()), static_cast<double>(count));
  }
  if (count == 0) return "null:no_records";
  if (kpi == "average_order_value") return MoneyText(gross, count);
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
        if (order.customer != customer || !Recognised(order) || order.IsReturn()) continue;
        if (order.day() <= end) last = std::max(last, order.day());
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
    if (!row.order->IsReturn()) orders[row.customer].insert(row.order);
    revenue += row.line->amount;
  }
  int64_t count = 0, fresh = 0, months = 0;
  std::vector<int64_t> gaps;
  std::vector<double> cvs;
  for (const auto& [customer, own] : orders) {
    Day first = kNoDay;
    for (const auto& order : shop_.orders) {
      if (order.customer != customer || !Recognised(order) || order.IsReturn()) continue;
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

std::string NaiveKpis::GrowthFigure(const std::string& kpi, const Cell& cell) const {
  Cell previous;
  std::optional<PeriodUnit> finest;
  std::string label;
  for (size_t i = 0; i < cell.fields.size(); ++i) {
    const std::optional<PeriodUnit> unit = fields::PeriodUnitOf(cell.fields[i]);
    if (!unit.has_value()) {
      previous.fields.push_back(cell.fields[i]);
      previous.key.push_back(cell.key[i]);
    } else if (!finest.has_value() || IsFiner(*unit, *finest)) {
      finest = unit;
      label = cell.key[i];
    }
  }
  previous.range = PreviousPeriod(cell.range, as_of_);
  bool seen = true;  // anything of the row's period
  if (finest.has_value()) {
    const int32_t period = *revision_.calendar->ParseLabel(*finest, label);
    const fields::DayRange own = kpi::DaysOf(*revision_.calendar, *finest, period);
    previous.range = kpi::DaysOf(*revision_.calendar, *finest, period - 1);
    const Day from = std::max(own.from, cell.range.from);
    const Day to = std::min({own.to, cell.range.to, as_of_});
    seen = from <= to;
    if (seen && (from > own.from || to < own.to)) {  // as many days, at the same place
      const Day last = previous.range.to;
      previous.range.from = std::min(last, previous.range.from + (from - own.from));
      previous.range.to = std::min(last, previous.range.from + (to - from));
    }
  }
  if (!seen) return "null:zero_denominator";
  Day first = std::numeric_limits<Day>::max();
  for (const ShopModel::OrderRow& order : shop_.orders) first = std::min(first, order.day());
  if (previous.range.to < first) return "null:not_enough_history";
  double now = 0, before = 0;
  std::set<const ShopModel::OrderRow*> orders_now, orders_before;
  for (const NaiveRow& row : Lines(cell, false)) {
    now += static_cast<double>(row.line->amount);
    if (!row.order->IsReturn()) orders_now.insert(row.order);
  }
  for (const NaiveRow& row : Lines(previous, false)) {
    before += static_cast<double>(row.line->amount);
    if (!row.order->IsReturn()) orders_before.insert(row.order);
  }
  if (kpi == "orders_growth") {
    now = static_cast<double>(orders_now.size());
    before = static_cast<double>(orders_before.size());
  }
  return RatioText(now - before, before, "zero_denominator");
}

}  // namespace strata::analytics::kpi
