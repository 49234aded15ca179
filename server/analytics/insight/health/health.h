#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_HEALTH_HEALTH_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_HEALTH_HEALTH_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/facts/customer_events.h"
#include "server/base/stop.h"
#include "server/domain/calendar.h"
#include "server/domain/day.h"
#include "server/image/revision.h"

// How well a customer is doing: 0 (lost) to 100 (thriving), the weighted mean of component scores,
// with the weights shared out over the components that something is known of.
//
// Like risk, health looks at nothing after as_of and at no current value: orders and tickets count
// as they happened, whatever their status is today (a cancelled ticket stays unresolved).
// "Half-year" is six calendar months; the last one ends with as_of. The components, weights and
// scores:
//
// recency .15: days since the last order against the customer's usual gap g. 100 up to g, from
// there in a straight line to 0 at 4 g. g is the mean gap between orders of the two years up to
// as_of, at least 7 days; with fewer than three orders in them, a quarter of the workspace's
// inactivity window.
//
// frequency_trend .15: 75 r, at most 100; r = (n + 1) / (b + 1), n orders in the last half-year, b
// in the one it is held against: the same half-year a year ago for customers whose first order lies
// 18 months or more back (so that a season is held against itself), else the half-year before. Not
// known with a first order less than a year old, or without an order in both.
//
// value_trend .10: 75 r, at most 100; r = mean order amount of the last half-year over that of the
// one it is held against. Not known without orders in both, or where the earlier mean is not
// positive.
//
// sla .15: 100 (met + 1) / (due + 1) over the tickets opened in the last half-year: met were
// resolved in time; due are those, and those resolved late or unresolved past due. The ones let a
// first miss halve the score, while many tickets speak for themselves.
//
// on_time_delivery .10: likewise over the orders of the last half-year: delivered when promised, of
// those delivered or overdue (DeliveryRule).
//
// csat .15: likewise: ratings of 4 or 5, of all ratings of tickets resolved and CSAT surveys taken
// in the last half-year.
//
// tickets .10: 100 - 30 an escalation in the last half-year - 10 a ticket of the last half-year
// that is unresolved past due - 5 a ticket more than in the half-year before, where the customer is
// known for a year or more (a purchase, ticket or contract); at least 0. Not known of customers who
// never opened a ticket.
//
// renewal .10: 40 + 60 d / 180, at most 100, d days to the earliest end of a contract in force (by
// ContractRule: of current values it looks at the status of a contract alone);
// times annual value now / a year ago where that is below 1. 0 where none is in force and the last
// one ended within a year; not known where there was none in the last year.
//
// The forms are policy, not estimates: no source publishes them. They are stated so that a reader
// can check each figure by hand from the words that come with it.

namespace strata::analytics::insight {

struct HealthComponent {
  std::string name;             // "recency", "frequency_trend" ...
  std::optional<double> score;  // 0..100; nullopt when nothing is known of it
  double weight = 0;            // of the policy; those of all components add up to 1
  std::string meaning;          // what was measured, in words with its figure
};

struct Health {
  std::optional<double> score;  // nullopt when no component is known
  double coverage = 0;          // weight of the known components, 0..1
  std::vector<HealthComponent> components;
};

// Health from a customer's events; a pure function of those at or before `as_of`.
Health HealthFrom(const facts::CustomerEvents& events, Day as_of, const Calendar& calendar,
                  const WorkspaceSettings& settings);

// Health of one customer as of a day. Looks at the customer's block only.
absl::StatusOr<Health> HealthOf(const image::Revision& revision, Day as_of, image::Slot slot,
                                const StopToken& stop);

// The score of every customer by slot; NaN where nothing is known. Equal to HealthOf's. One scan of
// the facts.
absl::StatusOr<std::vector<double>> HealthScores(const image::Revision& revision, Day as_of,
                                                 const StopToken& stop);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_HEALTH_HEALTH_H_
