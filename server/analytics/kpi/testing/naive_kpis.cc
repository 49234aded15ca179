#include "server/analytics/kpi/testing/naive_kpis.h"

#include <algorithm>
#include <set>
#include <utility>

#include "server/analytics/kpi/testing/naive_text.h"

// From figures to tables.

namespace strata::analytics::kpi {

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
    const fields::DayRange days = DaysOf(cell);
    return std::any_of(shop_.contracts.begin(), shop_.contracts.end(), [&](const auto& contract) {
      NaiveRow of_contract;
      of_contract.customer = contract.customer;
      of_contract.contract = &contract;
      return days.from <= days.to && InForce(contract, days.to) && InCell(cell, of_contract);
    });
  }
  if (row.family == "contracts") return ContractFigure("nrr", cell) != "null:no_records";
  const bool any = kpi == "orders_all" || kpi == "revenue_all" || kpi == "status_share";
  return !Lines(cell, any).empty();
}

// Every combination of values of every field's own list, as far as the combination could occur.
std::vector<NaiveKey> NaiveKpis::Keys(const std::vector<std::string>& group_by,
                                      fields::DayRange range) const {
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
        return fields::PeriodUnitOf(field).has_value();
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
