#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "server/analytics/kpi/testing/naive_kpis.h"
#include "server/analytics/kpi/testing/naive_text.h"

// The figures of contracts.

namespace strata::analytics::kpi {

namespace {

bool NeverInForce(const ShopModel::ContractRow& contract) {
  return contract.status == "Void " || contract.status == "CANCELLED";
}

}  // namespace

bool NaiveKpis::InForce(const ShopModel::ContractRow& contract, Day day) const {
  if (NeverInForce(contract) || contract.start > day) return false;
  if (contract.end == kNoDay || contract.end >= day) return true;
  Day next = kNoDay;  // the start of the customer's next contract, as far as as_of knows
  for (const auto& other : shop_.contracts) {
    if (other.customer != contract.customer || NeverInForce(other)) continue;
    if (other.start <= contract.end || other.start > as_of_) continue;
    next = next == kNoDay ? other.start : std::min(next, other.start);
  }
  if (next == kNoDay || next <= day) return false;
  const int days_between = next - contract.end - 1;
  return days_between <= shop_.settings.contract_grace_days;
}

Micros NaiveKpis::ContractValue(size_t customer, Day day, int* contracts) const {
  Micros value = 0;
  for (const auto& contract : shop_.contracts) {
    if (contract.customer != customer || !InForce(contract, day)) continue;
    value += contract.annual_value;
    if (contracts != nullptr) ++*contracts;
  }
  return value;
}

std::string NaiveKpis::ContractFigure(const std::string& kpi, const Cell& cell) const {
  const fields::DayRange days = DaysOf(cell);
  if (kpi == "contract_value") {
    __int128 value = 0;
    for (const auto& contract : shop_.contracts) {
      NaiveRow row;
      row.customer = contract.customer;
      row.contract = &contract;
      const bool in_force = days.from <= days.to && InForce(contract, days.to);
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
      known |=
          contract.customer == customer && contract.start < days.from && !NeverInForce(contract);
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

}  // namespace strata::analytics::kpi
