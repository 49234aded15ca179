#include "server/analytics/facts/exposure.h"

#include "absl/strings/str_cat.h"

namespace strata::analytics::facts {
namespace {

// On `as_of` itself no renewal is known that a contract could go on to (ContractRule).
bool HasContractInForce(const CustomerEvents& events, Day as_of) {
  return std::any_of(events.contracts.begin(), events.contracts.end(),
                     [as_of](const ContractEvent& contract) { return contract.Covers(as_of); });
}

}  // namespace

Purchases PurchasesOf(const CustomerEvents& events, Day as_of) {
  Purchases purchases;
  for (const OrderEvent& order : events.orders) {
    if (order.day > as_of) break;
    if (!IsPurchase(order)) continue;
    if (purchases.first == kNoDay) purchases.first = order.day;
    purchases.last = order.day;
  }
  return purchases;
}

Day FirstSeen(const CustomerEvents& events, const Purchases& purchases, Day as_of) {
  Day first = purchases.first;
  const auto look = [&first, as_of](Day day) {
    if (day <= as_of && (first == kNoDay || day < first)) first = day;
  };
  if (!events.tickets.empty()) look(events.tickets.front().opened_day);
  for (const ContractEvent& contract : events.contracts) {
    if (!contract.excluded) look(contract.start_date);
  }
  return first;
}

bool IsBeyondTurning(const CustomerEvents& events, const Purchases& purchases, Day as_of,
                     int inactivity_days) {
  return purchases.last != kNoDay && as_of - purchases.last > inactivity_days &&
         !HasContractInForce(events, as_of);
}

std::string BorderInWords(int inactivity_days) {
  return absl::StrCat("a customer without a purchase for more than ", inactivity_days,
                      " days (the workspace's inactivity_days) and without a contract in force is "
                      "beyond turning: lost where its rhythm does not explain the silence, and "
                      "never an early warning");
}

}  // namespace strata::analytics::facts
