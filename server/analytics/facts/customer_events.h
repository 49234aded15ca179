#ifndef STRATA_SERVER_ANALYTICS_FACTS_CUSTOMER_EVENTS_H_
#define STRATA_SERVER_ANALYTICS_FACTS_CUSTOMER_EVENTS_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/analytics/facts/contract_terms.h"
#include "server/base/stop.h"
#include "server/domain/day.h"
#include "server/domain/money.h"
#include "server/domain/record.h"
#include "server/image/revision.h"

// One customer's events in time order: what risk, warnings, indicators and health are computed
// from. The seam between facts and answers: ForEachCustomer scans, everything after it is a pure
// function of the events that lie at or before a day.

namespace strata::analytics::facts {

struct OrderEvent {
  Day day = kNoDay;
  MicrosSum amount = 0;  // all lines together
  Millis promised_time = kNoTime, delivered_time = kNoTime;
  // Whether it counts as revenue by its status of today. A current value: risk, indicators,
  // warnings and backtests must not look at it, since it was not known on a past day.
  bool recognised = true;
};

struct TicketEvent {
  Day opened_day = kNoDay;
  Millis opened_time = kNoTime, first_response_time = kNoTime, resolved_time = kNoTime;
  Millis escalated_time = kNoTime, sla_due_time = kNoTime;
  uint8_t csat = 0;  // counts from the resolution
};

using ContractEvent = ContractTerms;

struct SurveyEvent {
  Day day = kNoDay;
  SurveyKind kind = SurveyKind::kNps;
  uint8_t score = 0;
};

// Spans live until the callback returns.
struct CustomerEvents {
  image::Slot slot = image::kNoSlot;
  absl::Span<const OrderEvent> orders;        // ascending by day
  absl::Span<const TicketEvent> tickets;      // ascending by opened_day
  absl::Span<const ContractEvent> contracts;  // ascending by start_date
  absl::Span<const SurveyEvent> surveys;      // ascending by day
};

// Calls visit(worker, events) for every present customer that has an event of any kind, block by
// block, side by side; no two calls with the same worker (below ScanWorkers()) overlap. The status
// of `stop` ends it within a block.
absl::Status ForEachCustomer(
    const image::Revision& revision, const StopToken& stop,
    const std::function<void(size_t worker, const CustomerEvents&)>& visit);

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_CUSTOMER_EVENTS_H_
