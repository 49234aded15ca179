#include "server/analytics/insight/health/health_counts.h"

#include <algorithm>

#include "server/analytics/facts/delivery.h"
#include "server/analytics/facts/exposure.h"
#include "server/analytics/facts/ticket.h"

namespace strata::analytics::insight {
namespace {

void CountOrders(const facts::CustomerEvents& events, const HealthSpans& spans,
                 const facts::DeliveryRule& deliveries, HealthCounts& counts) {
  for (const facts::OrderEvent& order : events.orders) {
    if (order.day > spans.as_of) break;
    if (!facts::IsPurchase(order)) continue;
    if (counts.first_order == kNoDay) counts.first_order = order.day;
    counts.last_order = order.day;
    if (order.day <= spans.two_years) continue;
    if (counts.orders_of_rhythm++ == 0) counts.first_of_rhythm = order.day;
    if (order.day <= spans.three_halves) continue;
    const int half = order.day > spans.half ? 0 : order.day > spans.year ? 1 : 2;
    ++counts.orders[half];
    counts.amount[half] += order.amount;
    if (half != 0) continue;
    const facts::Delivery delivery =
        deliveries.Of(order.day, order.promised_time, order.delivered_time);
    counts.on_time += delivery == facts::Delivery::kOnTime;
    counts.delivered_or_overdue +=
        delivery == facts::Delivery::kOnTime || delivery == facts::Delivery::kLate;
  }
}

void CountSla(const facts::TicketEvent& ticket, const HealthSpans& spans, HealthCounts& counts) {
  const facts::Sla sla = facts::SlaOf(spans.seen, ticket.sla_due_time, ticket.resolved_time);
  counts.due += sla != facts::Sla::kNotDue;
  counts.met += sla == facts::Sla::kMet;
}

void CountTickets(const facts::CustomerEvents& events, const HealthSpans& spans, Millis half_begin,
                  HealthCounts& counts) {
  for (const facts::TicketEvent& ticket : events.tickets) {
    if (ticket.opened_day > spans.as_of) break;
    counts.ever_a_ticket = true;
    const bool resolved = spans.seen(ticket.resolved_time);
    if (spans.seen(ticket.escalated_time) && ticket.escalated_time >= half_begin) {
      ++counts.escalations;
    }
    if (ticket.csat > 0 && resolved && ticket.resolved_time >= half_begin) {
      ++counts.ratings;
      counts.good_ratings += facts::IsGoodRating(ticket.csat);
    }
    if (ticket.opened_day <= spans.year) continue;
    ++counts.tickets[ticket.opened_day > spans.half ? 0 : 1];
    if (ticket.opened_day <= spans.half) continue;
    CountSla(ticket, spans, counts);
    if (!resolved && spans.seen(ticket.sla_due_time)) ++counts.past_due;
  }
  for (const facts::SurveyEvent& survey : events.surveys) {
    if (survey.kind != SurveyKind::kCsat) continue;
    if (survey.day > spans.as_of || survey.day <= spans.half) continue;
    ++counts.ratings;
    counts.good_ratings += facts::IsGoodRating(survey.score);
  }
}

void CountContracts(const facts::CustomerEvents& events, const HealthSpans& spans,
                    const facts::ContractRule& rule, HealthCounts& counts) {
  for (size_t i = 0; i < events.contracts.size(); ++i) {
    const facts::ContractEvent& contract = events.contracts[i];
    if (contract.start_date > spans.as_of) break;
    if (contract.excluded) continue;
    if (rule.InForce(events.contracts, i, spans.year)) counts.value_before += contract.annual_value;
    if (!rule.InForce(events.contracts, i, spans.as_of)) {
      counts.latest_ended = std::max(counts.latest_ended, contract.end_date);
      continue;
    }
    counts.in_force = true;
    counts.value_now += contract.annual_value;
    if (contract.end_date == kNoDay) continue;
    if (counts.earliest_end == kNoDay || contract.end_date < counts.earliest_end) {
      counts.earliest_end = contract.end_date;
    }
  }
}

}  // namespace

HealthCounts CountEvents(const facts::CustomerEvents& events, const HealthSpans& spans,
                         const Calendar& calendar, const WorkspaceSettings& settings) {
  HealthCounts counts;
  counts.first_seen =
      facts::FirstSeen(events, facts::PurchasesOf(events, spans.as_of), spans.as_of);
  CountOrders(events, spans, facts::DeliveryRule(calendar, spans.as_of), counts);
  if (!events.tickets.empty() || !events.surveys.empty()) {
    CountTickets(events, spans, calendar.StartOf(spans.half + 1), counts);
  }
  CountContracts(events, spans, facts::ContractRule(settings, spans.as_of), counts);
  return counts;
}

}  // namespace strata::analytics::insight
