#ifndef STRATA_SERVER_ANALYTICS_FACTS_EXPOSURE_H_
#define STRATA_SERVER_ANALYTICS_FACTS_EXPOSURE_H_

#include <algorithm>
#include <string>

#include "server/analytics/facts/customer_events.h"
#include "server/domain/calendar.h"
#include "server/domain/day.h"

// The days on which a customer could have bought, as every method counts them: where exposure
// begins, and where it ends because the customer is lost. One rule each.

namespace strata::analytics::facts {

// Whether the order is a purchase and no return. By its amount alone, whatever its status of today.
inline bool IsPurchase(const OrderEvent& order) { return !IsReturn(order.amount); }

// The days of the first and the last purchase at or before a day; kNoDay: none.
struct Purchases {
  Day first = kNoDay, last = kNoDay;
};
Purchases PurchasesOf(const CustomerEvents& events, Day as_of);

// The first day of any purchase, ticket or contract at or before a day, for what needs no purchase;
// kNoDay: none.
Day FirstSeen(const CustomerEvents& events, const Purchases& purchases, Day as_of);

// With less history than this a customer is never emerging, and may be a newcomer instead.
inline constexpr int kMonthsOfHistory = 18;

// Exposure begins with the first purchase: that purchase opens it, and the days after it count with
// what happens on them. The last day before the exposed part of the days (after, ...].
inline Day ExposedAfter(Day first_purchase, Day after) { return std::max(first_purchase, after); }

// Whether the first purchase lies so many months back, so that the last `months` were exposed.
inline bool HasHistory(Day first_purchase, Day as_of, int months) {
  return first_purchase != kNoDay && first_purchase <= Calendar::ShiftLastDay(as_of, -months) + 1;
}

// The border between a customer who can still be turned and one who is gone: no purchase for longer
// than the workspace's inactivity window, and no contract in force. As inactive_rate has it.
bool IsBeyondTurning(const CustomerEvents& events, const Purchases& purchases, Day as_of,
                     int inactivity_days);
// The rule as answers show it.
std::string BorderInWords(int inactivity_days);

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_EXPOSURE_H_
