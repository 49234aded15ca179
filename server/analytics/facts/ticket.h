#ifndef STRATA_SERVER_ANALYTICS_FACTS_TICKET_H_
#define STRATA_SERVER_ANALYTICS_FACTS_TICKET_H_

#include <cstdint>

#include "server/analytics/facts/seen.h"
#include "server/domain/day.h"
#include "server/domain/record.h"

// What became of a ticket, for everything that asks: KPIs, features, support, health, risk.

namespace strata::analytics::facts {

// Of a ticket's promise.
enum class Sla : uint8_t {
  kNotDue,    // nothing was promised, it is open and not yet due, or it counts for neither
  kMet,       // resolved at or before it was due
  kBreached,  // resolved later, or unresolved past due
};

// Whether a ticket was still unresolved on the day: one that says resolved without saying when is
// not. `status` is today's.
inline bool IsUnresolved(const Seen& seen, Millis resolved, TicketStatus status) {
  return !seen(resolved) && (status == TicketStatus::kOpen || resolved != kNoTime);
}

// Times may be kNoTime; `status` is today's. Cancelled tickets count for neither, nor do those that
// say resolved without saying when.
inline Sla SlaOf(const Seen& seen, Millis due, Millis resolved, TicketStatus status) {
  if (due == kNoTime || status == TicketStatus::kCancelled) return Sla::kNotDue;
  if (seen(resolved)) return resolved <= due ? Sla::kMet : Sla::kBreached;
  return seen(due) && IsUnresolved(seen, resolved, status) ? Sla::kBreached : Sla::kNotDue;
}

// For what may look at no current value, such as risk and its backtest: the status is not known of
// a past day, so that a ticket without a resolution counts as unresolved, whatever became of it.
inline Sla SlaOf(const Seen& seen, Millis due, Millis resolved) {
  return SlaOf(seen, due, resolved, TicketStatus::kOpen);
}

// A rating of 1 to 5, of a ticket or of a CSAT survey: 4 and 5 are good, the others low.
inline bool IsGoodRating(int score) { return score >= 4; }

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_TICKET_H_
