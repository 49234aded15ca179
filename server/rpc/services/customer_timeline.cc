#include "server/rpc/services/customer_timeline.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/analytics/facts/delivery.h"
#include "server/analytics/facts/seen.h"
#include "server/base/status_macros.h"
#include "server/domain/status_key.h"
#include "server/rpc/convert/customer.h"
#include "server/rpc/convert/customer_facts.h"
#include "server/rpc/convert/records.h"
#include "server/rpc/services/customer_records.h"
#include "server/rpc/services/insight_words.h"

namespace strata::rpc {
namespace {

using google::protobuf::Timestamp;

struct Event {
  Millis time = 0;
  RecordKind kind = RecordKind::kCustomer;
  uint32_t key = 0;  // of the record; unused for the customer
  std::string event, detail;
  std::optional<MicrosSum> amount;

  // Latest first; then by kind and the later record.
  bool operator<(const Event& other) const {
    if (time != other.time) return time > other.time;
    if (kind != other.kind) return kind < other.kind;
    if (key != other.key) return key > other.key;
    return event < other.event;
  }
};

Millis MillisOf(const Timestamp& time) { return time.seconds() * 1'000 + time.nanos() / 1'000'000; }

// "5 hours", "3.2 days".
std::string Span(Millis span) {
  const double hours = static_cast<double>(span) / 3'600'000;
  if (hours < 1) return absl::StrFormat("%.0f minutes", hours * 60);
  if (hours < 48) return absl::StrFormat("%.0f hours", hours);
  return absl::StrFormat("%.1f days", hours / 24);
}

std::string Words(std::vector<std::string> parts) {
  parts.erase(std::remove(parts.begin(), parts.end(), ""), parts.end());
  return absl::StrJoin(parts, ", ");
}

// "delivered 2.0 days late", "overdue for delivery"; nothing for what came in time, is on its way
// or will not come.
std::string Lateness(const ImageOrder& found, const WorkspaceSettings& settings,
                     const analytics::facts::DeliveryRule& deliveries) {
  const v1::Order& order = found.order;
  if (HasStatus(settings.excluded_statuses, order.status())) return "";
  const Millis promised = order.has_promised_time() ? MillisOf(order.promised_time()) : kNoTime;
  const Millis delivered = order.has_delivered_time() ? MillisOf(order.delivered_time()) : kNoTime;
  switch (deliveries.Of(found.day, promised, delivered)) {
    case analytics::facts::Delivery::kNotDue:
    case analytics::facts::Delivery::kOnTime:
      return "";
    case analytics::facts::Delivery::kLate:
      return delivered == kNoTime ? "overdue for delivery"
                                  : absl::StrCat("delivered ", Span(delivered - promised), " late");
    case analytics::facts::Delivery::kMisdated:
      return "delivered before it was ordered";
  }
  return "";
}

// As many as the timeline may show: the image knows the day of an order, the store its instant.
absl::Status CollectOrders(const PinnedScope& pinned, image::Slot slot, size_t count,
                           std::vector<Event>& events) {
  const analytics::fields::Scope& scope = pinned.scope;
  const analytics::facts::DeliveryRule deliveries(*scope.revision->calendar, scope.as_of);
  const auto collect = [&](const ImageOrder& order) -> absl::Status {
    STRATA_ASSIGN_OR_RETURN(const std::optional<Millis> time, TimeOfOrder(pinned, order));
    if (!time.has_value()) return absl::OkStatus();
    MicrosSum amount = 0;
    for (const v1::OrderLine& line : order.order.lines()) amount += line.amount_micros();
    const int lines = order.order.lines_size();
    events.push_back(
        {*time, RecordKind::kOrder, order.key, IsReturn(amount) ? "return" : "order",
         Words({order.order.status(), lines == 1 ? "1 line" : absl::StrCat(lines, " lines"),
                IsReturn(amount) ? "" : Lateness(order, *scope.revision->settings, deliveries)}),
         amount});
    return absl::OkStatus();
  };
  absl::Status status;
  VisitLatestOrders(*scope.revision, slot, scope.as_of, count, [&](const ImageOrder& order) {
    status = collect(order);
    return status.ok();
  });
  return status;
}

void CollectTickets(const image::Revision& revision, image::Slot slot, Day as_of,
                    std::vector<Event>& events) {
  for (const ImageFact<v1::Ticket>& fact : TicketsAsOf(revision, slot, as_of)) {
    const v1::Ticket& ticket = fact.record;
    const Millis opened = MillisOf(ticket.opened_time());
    const std::string what = Words({ticket.priority(), ticket.category()});
    const auto add = [&](Millis time, const char* event, std::string detail) {
      events.push_back({time, RecordKind::kTicket, fact.key, event, std::move(detail), {}});
    };
    add(opened, "ticket opened",
        Words({what, ticket.status() == v1::TICKET_STATUS_CANCELLED ? "cancelled" : ""}));
    if (ticket.has_escalated_time()) {
      const Millis escalated = MillisOf(ticket.escalated_time());
      add(escalated, "ticket escalated",
          Words({what, absl::StrCat("after ", Span(escalated - opened))}));
    }
    if (!ticket.has_resolved_time()) continue;
    const Millis resolved = MillisOf(ticket.resolved_time());
    const Millis due = ticket.has_sla_due_time() ? MillisOf(ticket.sla_due_time()) : kNoTime;
    add(resolved, "ticket resolved",
        Words({absl::StrCat("after ", Span(resolved - opened)),
               due != kNoTime && resolved > due ? absl::StrCat(Span(resolved - due), " late") : "",
               ticket.has_csat() ? absl::StrCat("rated ", ticket.csat(), " of 5") : ""}));
  }
}

absl::Status CollectContracts(const image::Revision& revision, image::Slot slot, Day as_of,
                              std::vector<Event>& events) {
  for (const ImageFact<v1::Contract>& fact : ContractsAsOf(revision, slot, as_of)) {
    const v1::Contract& contract = fact.record;
    const auto add = [&](Day day, const char* event, std::string detail) {
      events.push_back({revision.calendar->StartOf(day), RecordKind::kContract, fact.key, event,
                        std::move(detail), MicrosSum{contract.annual_value_micros()}});
    };
    STRATA_ASSIGN_OR_RETURN(const Day start, ParseDay(contract.start_date()));
    const bool excluded =
        HasStatus(revision.settings->excluded_contract_statuses, contract.status());
    add(start, "contract starts",
        Words({contract.end_date().empty() ? "open-ended"
                                           : absl::StrCat("until ", contract.end_date()),
               excluded ? absl::StrCat(contract.status(), ", so never in force") : ""}));
    if (contract.end_date().empty()) continue;
    STRATA_ASSIGN_OR_RETURN(const Day end, ParseDay(contract.end_date()));
    if (end <= as_of) add(end, "contract ends", absl::StrCat("since ", contract.start_date()));
  }
  return absl::OkStatus();
}

void CollectSurveys(const image::Revision& revision, image::Slot slot, Day as_of,
                    std::vector<Event>& events) {
  for (const ImageFact<v1::Survey>& fact : SurveysAsOf(revision, slot, as_of)) {
    const bool nps = fact.record.kind() == v1::SURVEY_KIND_NPS;
    events.push_back(
        {MillisOf(fact.record.time()),
         RecordKind::kSurvey,
         fact.key,
         "survey",
         absl::StrCat(nps ? "NPS " : "CSAT ", fact.record.score(), nps ? " of 10" : " of 5"),
         {}});
  }
}

void CollectCreation(const image::Revision& revision, image::Slot slot, Day as_of,
                     std::vector<Event>& events) {
  const image::Block& block = revision.BlockOf(slot);
  const Millis created = block.profile->created_time[slot - block.first_slot];
  if (!analytics::facts::Seen(*revision.calendar, as_of)(created)) return;
  events.push_back({created, RecordKind::kCustomer, 0, "customer created", "", {}});
}

}  // namespace

absl::Status AddTimeline(const PinnedScope& pinned, image::Slot slot, size_t count,
                         google::protobuf::RepeatedPtrField<v1::TimelineEvent>* out) {
  const image::Revision& revision = *pinned.scope.revision;
  const Day as_of = pinned.scope.as_of;
  std::vector<Event> events;
  STRATA_RETURN_IF_ERROR(CollectOrders(pinned, slot, count, events));
  CollectTickets(revision, slot, as_of, events);
  STRATA_RETURN_IF_ERROR(CollectContracts(revision, slot, as_of, events));
  CollectSurveys(revision, slot, as_of, events);
  CollectCreation(revision, slot, as_of, events);
  std::sort(events.begin(), events.end());
  for (const Event& event : events) {
    if (static_cast<size_t>(out->size()) == count) break;
    std::optional<std::string> id(revision.CustomerId(slot));
    if (event.kind != RecordKind::kCustomer) {
      STRATA_ASSIGN_OR_RETURN(id, IdOfRecord(pinned, event.kind, event.key));
    }
    if (!id.has_value()) continue;
    v1::TimelineEvent* made = out->Add();
    ToProto(event.time, made->mutable_time());
    made->set_date(FormatDay(revision.calendar->DayOf(event.time)));
    made->set_kind(ToProto(event.kind));
    made->set_id(*std::move(id));
    made->set_event(event.event);
    made->set_detail(event.detail);
    if (event.amount.has_value()) {
      Money(*event.amount, made->mutable_amount());
    }
  }
  return absl::OkStatus();
}

}  // namespace strata::rpc
