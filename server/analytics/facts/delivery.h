#ifndef STRATA_SERVER_ANALYTICS_FACTS_DELIVERY_H_
#define STRATA_SERVER_ANALYTICS_FACTS_DELIVERY_H_

#include <cstdint>

#include "server/analytics/facts/seen.h"
#include "server/domain/calendar.h"
#include "server/domain/day.h"

namespace strata::analytics::facts {

// What became of a promise of delivery.
enum class Delivery : uint8_t {
  kNotDue,    // nothing was promised, or it is open and not yet due
  kOnTime,    // delivered at or before the promised time
  kLate,      // delivered later, or open and past due
  kMisdated,  // delivered on a day before that of the order: the dates say nothing of the promise
};

// The one rule of on-time delivery, of everything that asks: KPI, health, risk, customer page. Days
// are local, since systems often know the day alone; promises are compared to the millisecond.
class DeliveryRule {
 public:
  // As known at the end of `as_of`. `calendar` outlives it.
  DeliveryRule(const Calendar& calendar, Day as_of) : calendar_(calendar), seen_(calendar, as_of) {}

  // Of an order of `day`; times may be kNoTime.
  Delivery Of(Day day, Millis promised, Millis delivered) const {
    if (promised == kNoTime) return Delivery::kNotDue;
    if (!seen_(delivered)) return seen_(promised) ? Delivery::kLate : Delivery::kNotDue;
    if (IsBefore(delivered, day)) return Delivery::kMisdated;
    return delivered <= promised ? Delivery::kOnTime : Delivery::kLate;
  }

 private:
  // A local day begins within a day of the UTC one, so few instants ask the time zone.
  bool IsBefore(Millis time, Day day) const {
    return time < (Millis{day} + 1) * kMillisADay && time < calendar_.StartOf(day);
  }

  const Calendar& calendar_;
  const Seen seen_;
};

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_DELIVERY_H_
