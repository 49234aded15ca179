#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_HEALTH_HEALTH_COUNTS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_HEALTH_HEALTH_COUNTS_H_

#include <cstdint>

#include "server/analytics/facts/customer_events.h"
#include "server/analytics/facts/seen.h"
#include "server/domain/calendar.h"
#include "server/domain/day.h"
#include "server/domain/money.h"

// What health counts of a customer's events, before any score.

namespace strata::analytics::insight {

// The days that health looks at, and what of an event is known on the last of them.
struct HealthSpans {
  Day as_of;
  Day half, year, three_halves, two_years;  // the last day before each span that ends with as_of
  facts::Seen seen;

  HealthSpans(Day day, const Calendar& calendar)
      : as_of(day),
        half(Calendar::ShiftLastDay(day, -6)),
        year(Calendar::ShiftLastDay(day, -12)),
        three_halves(Calendar::ShiftLastDay(day, -18)),
        two_years(Calendar::ShiftLastDay(day, -24)),
        seen(calendar, day) {}
};

// All that is counted, before any score.
struct HealthCounts {
  // Purchases, whatever their status: a return is no order.
  Day first_order = kNoDay, last_order = kNoDay;
  Day first_of_rhythm = kNoDay;  // the first order of the last two years
  int64_t orders_of_rhythm = 0;
  // By half-year, the last one first.
  int64_t orders[3] = {};
  MicrosSum amount[3] = {};
  int64_t delivered_or_overdue = 0, on_time = 0;
  // Tickets and ratings.
  Day first_seen = kNoDay;  // of a purchase, a ticket or a contract
  bool ever_a_ticket = false;
  int64_t tickets[2] = {};
  int64_t escalations = 0, past_due = 0, met = 0, due = 0, ratings = 0, good_ratings = 0;
  // Contracts.
  MicrosSum value_now = 0, value_before = 0;
  bool in_force = false;
  Day earliest_end = kNoDay;  // of those in force; kNoDay: none of them ends
  Day latest_ended = kNoDay;  // of those that ended before as_of
};

// Of the events that were known at the end of `spans.as_of`. Of current values it looks at none but
// the status of a contract, without which a cancelled one would be in force.
HealthCounts CountEvents(const facts::CustomerEvents& events, const HealthSpans& spans,
                         const Calendar& calendar, const WorkspaceSettings& settings);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_HEALTH_HEALTH_COUNTS_H_
