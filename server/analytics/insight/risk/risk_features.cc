#include "server/analytics/insight/risk/risk_features.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "server/analytics/facts/exposure.h"
#include "server/analytics/facts/ticket.h"

namespace strata::analytics::insight {
namespace {

constexpr double kPriorWeight = 5;  // pseudo-observations of the shrunk rates
constexpr double kSlaBreachPrior = 0.1, kLowRatingPrior = 0.2, kLateDeliveryPrior = 0.1;
// Two years: no number of whole days, so that it is told from a real silence.
constexpr double kSilentWithoutAnOrder = 730.5;
constexpr double kMillisAnHour = 3'600'000;

struct Description {
  absl::string_view name, meaning;
  bool high_is_bad;
};

constexpr Description kDescriptions[kRiskFeatures] = {
    {"orders", "orders in the last quarter", false},
    {"order_trend", "orders in the last quarter against the three before", false},
    {"revenue_trend", "amount ordered in the last quarter against the three before", false},
    {"order_value_trend", "mean order amount of the last two quarters against the two before",
     false},
    {"recency", "days since the last order", true},
    {"tickets", "tickets opened in the last quarter", true},
    {"ticket_trend", "tickets in the last quarter against the three before", true},
    {"open_tickets", "tickets open now", true},
    {"escalations", "escalations in the last year", true},
    {"sla_breach_rate", "share of tickets that breached their SLA, last two quarters", true},
    {"first_response", "median hours to the first response, last two quarters", true},
    {"low_ratings", "share of ratings 1-3, last two quarters", true},
    {"late_deliveries", "share of orders delivered late or overdue, last two quarters", true},
    {"revenue", "amount ordered in the last year", false},
};

double LogRatio(double recent, double before_mean, double smoothing) {
  return std::log((recent + smoothing) / (before_mean + smoothing));
}

double Shrunk(double bad, double all, double prior) {
  return (bad + kPriorWeight * prior) / (all + kPriorWeight);
}

double Median(std::vector<double>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Purchases; amounts are net, so that returns reduce them.
struct OrderSums {
  double count[4] = {}, amount[4] = {}, bought[4] = {};  // bought: what the purchases brought
  // Of the exposed part of the three quarters before the last one.
  double count_before = 0, amount_before = 0, quarters_before = 0;
  double due = 0, late = 0;
  Day last = kNoDay;
};

OrderSums SumOrders(const facts::CustomerEvents& events, const RiskFrame& frame) {
  OrderSums sums;
  const Day begins = facts::PurchasesOf(events, frame.as_of()).first;
  sums.quarters_before = frame.QuartersBefore(begins);
  for (const facts::OrderEvent& order : events.orders) {
    if (order.day > frame.as_of()) break;
    const int quarter = frame.QuarterOf(order.day);
    const bool before = quarter > 0 && order.day > begins;
    if (quarter >= 0) sums.amount[quarter] += ToDouble(order.amount);
    if (before) sums.amount_before += ToDouble(order.amount);
    if (!facts::IsPurchase(order)) continue;
    sums.count_before += before;
    sums.last = order.day;
    if (quarter < 0) continue;
    sums.count[quarter] += 1;
    sums.bought[quarter] += ToDouble(order.amount);
    if (quarter > 1) continue;
    const facts::Delivery delivery =
        frame.deliveries().Of(order.day, order.promised_time, order.delivered_time);
    sums.due += delivery == facts::Delivery::kOnTime || delivery == facts::Delivery::kLate;
    sums.late += delivery == facts::Delivery::kLate;
  }
  return sums;
}

struct TicketSums {
  double count[4] = {};
  double count_before = 0, quarters_before = 0;  // as of orders
  double open = 0, escalations = 0, met = 0, breached = 0, ratings = 0, low = 0;
  std::vector<double> response_hours;
};

TicketSums SumTickets(const facts::CustomerEvents& events, const RiskFrame& frame) {
  TicketSums sums;
  Day begins = facts::PurchasesOf(events, frame.as_of()).first;
  if (!events.tickets.empty() && (begins == kNoDay || events.tickets.front().opened_day < begins)) {
    begins = events.tickets.front().opened_day;
  }
  sums.quarters_before = frame.QuartersBefore(begins);
  for (const facts::TicketEvent& ticket : events.tickets) {
    if (ticket.opened_day > frame.as_of()) break;
    const bool resolved = frame.seen()(ticket.resolved_time);
    if (!resolved) sums.open += 1;
    if (frame.seen()(ticket.escalated_time) &&
        frame.QuarterOf(frame.calendar().DayOf(ticket.escalated_time)) >= 0) {
      sums.escalations += 1;
    }
    const int quarter = frame.QuarterOf(ticket.opened_day);
    if (quarter < 0) continue;
    sums.count[quarter] += 1;
    sums.count_before += quarter > 0 && ticket.opened_day > begins;
    if (quarter > 1) continue;
    const facts::Sla sla = facts::SlaOf(frame.seen(), ticket.sla_due_time, ticket.resolved_time);
    sums.met += sla == facts::Sla::kMet;
    sums.breached += sla == facts::Sla::kBreached;
    if (frame.seen()(ticket.first_response_time)) {
      sums.response_hours.push_back(
          static_cast<double>(ticket.first_response_time - ticket.opened_time) / kMillisAnHour);
    }
    if (resolved && ticket.csat > 0) {
      sums.ratings += 1;
      if (!facts::IsGoodRating(ticket.csat)) sums.low += 1;
    }
  }
  for (const facts::SurveyEvent& survey : events.surveys) {
    const int quarter = frame.QuarterOf(survey.day);
    if (survey.kind != SurveyKind::kCsat || quarter < 0 || quarter > 1) continue;
    sums.ratings += 1;
    if (!facts::IsGoodRating(survey.score)) sums.low += 1;
  }
  return sums;
}

// The last quarter against a quarter of the exposed part of the three before it.
double QuarterTrend(double recent, double before, double quarters, double smoothing) {
  constexpr double kAMonth = 1.0 / 3;
  if (quarters < kAMonth) return 0;
  return LogRatio(std::max(0.0, recent), std::max(0.0, before / quarters), smoothing);
}

double Year(const double (&quarters)[4]) {
  return quarters[0] + quarters[1] + quarters[2] + quarters[3];
}

double OrderValueTrend(const OrderSums& orders) {
  const double recent = orders.count[0] + orders.count[1];
  const double before = orders.count[2] + orders.count[3];
  const double recent_amount = orders.bought[0] + orders.bought[1];
  const double before_amount = orders.bought[2] + orders.bought[3];
  if (recent == 0 || before == 0 || recent_amount <= 0 || before_amount <= 0) return 0;
  return std::log(recent_amount / recent / (before_amount / before));
}

}  // namespace

absl::string_view NameOf(RiskFeature feature) {
  return kDescriptions[static_cast<size_t>(feature)].name;
}
absl::string_view MeaningOf(RiskFeature feature) {
  return kDescriptions[static_cast<size_t>(feature)].meaning;
}
bool HighIsBad(RiskFeature feature) {
  return kDescriptions[static_cast<size_t>(feature)].high_is_bad;
}

bool IsAssumed(RiskFeature feature, double value) {
  switch (feature) {
    case RiskFeature::kRecency:
      return value == std::log1p(kSilentWithoutAnOrder);
    case RiskFeature::kSlaBreachRate:
      return value == Shrunk(0, 0, kSlaBreachPrior);
    case RiskFeature::kLowRatings:
      return value == Shrunk(0, 0, kLowRatingPrior);
    case RiskFeature::kLateDeliveries:
      return value == Shrunk(0, 0, kLateDeliveryPrior);
    case RiskFeature::kFirstResponse:    // nobody answers in no time
    case RiskFeature::kOrderValueTrend:  // no order in one of the two half-years
    case RiskFeature::kOrderTrend:       // too new for a trend, as with the two below
    case RiskFeature::kRevenueTrend:
    case RiskFeature::kTicketTrend:
      return value == 0;
    default:
      return false;
  }
}

RiskFrame::RiskFrame(Day as_of, const Calendar& calendar)
    : seen_(calendar, as_of), calendar_(calendar), deliveries_(calendar, as_of) {
  for (int k = 0; k < 5; ++k) ends_[k] = Calendar::ShiftLastDay(as_of, -3 * k);
}

bool RiskFrame::IsActive(const facts::CustomerEvents& events) const {
  // The last event up to the day decides.
  for (auto order = events.orders.rbegin(); order != events.orders.rend(); ++order) {
    if (order->day > ends_[0] || !facts::IsPurchase(*order)) continue;
    if (order->day > ends_[4]) return true;
    break;
  }
  for (auto ticket = events.tickets.rbegin(); ticket != events.tickets.rend(); ++ticket) {
    if (ticket->opened_day <= ends_[0]) return ticket->opened_day > ends_[4];
  }
  return false;
}

std::optional<RiskFeatureRow> RiskFeaturesOf(const facts::CustomerEvents& events, Day as_of,
                                             const Calendar& calendar) {
  return RiskFeaturesOf(events, RiskFrame(as_of, calendar));
}

std::optional<RiskFeatureRow> RiskFeaturesOf(const facts::CustomerEvents& events,
                                             const RiskFrame& frame) {
  if (!frame.IsActive(events)) return std::nullopt;
  const Day as_of = frame.as_of();
  const OrderSums orders = SumOrders(events, frame);
  TicketSums tickets = SumTickets(events, frame);
  const double year_amount = std::max(0.0, Year(orders.amount));
  RiskFeatureRow row;
  const auto set = [&row](RiskFeature feature, double value) {
    row[static_cast<size_t>(feature)] = value;
  };
  set(RiskFeature::kOrders, orders.count[0]);
  set(RiskFeature::kOrderTrend,
      QuarterTrend(orders.count[0], orders.count_before, orders.quarters_before, 0.5));
  set(RiskFeature::kRevenueTrend, QuarterTrend(orders.amount[0], orders.amount_before,
                                               orders.quarters_before, year_amount / 40 + 1));
  set(RiskFeature::kOrderValueTrend, OrderValueTrend(orders));
  set(RiskFeature::kRecency,
      std::log1p(orders.last == kNoDay ? kSilentWithoutAnOrder : as_of - orders.last));
  set(RiskFeature::kTickets, std::log1p(tickets.count[0]));
  set(RiskFeature::kTicketTrend,
      QuarterTrend(tickets.count[0], tickets.count_before, tickets.quarters_before, 0.5));
  set(RiskFeature::kOpenTickets, std::log1p(tickets.open));
  set(RiskFeature::kEscalations, std::log1p(tickets.escalations));
  set(RiskFeature::kSlaBreachRate,
      Shrunk(tickets.breached, tickets.met + tickets.breached, kSlaBreachPrior));
  set(RiskFeature::kFirstResponse, std::log1p(std::max(0.0, Median(tickets.response_hours))));
  set(RiskFeature::kLowRatings, Shrunk(tickets.low, tickets.ratings, kLowRatingPrior));
  set(RiskFeature::kLateDeliveries, Shrunk(orders.late, orders.due, kLateDeliveryPrior));
  set(RiskFeature::kRevenue, std::log1p(year_amount));
  return row;
}

std::optional<Day> FirstEscalation(const facts::CustomerEvents& events, Day after, Day until,
                                   const Calendar& calendar) {
  std::optional<Day> first;
  for (const facts::TicketEvent& ticket : events.tickets) {
    if (ticket.escalated_time == kNoTime) continue;
    const Day day = calendar.DayOf(ticket.escalated_time);
    if (day <= after || day > until) continue;
    if (!first.has_value() || day < *first) first = day;
  }
  return first;
}

}  // namespace strata::analytics::insight
