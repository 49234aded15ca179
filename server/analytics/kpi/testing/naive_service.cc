#include "server/analytics/kpi/testing/naive_kpis.h"
#include "server/analytics/kpi/testing/naive_text.h"

// The figures of tickets, ratings and surveys.

namespace strata::analytics::kpi {

std::vector<int> NaiveKpis::Scores(const Cell& cell, SurveyKind kind) const {
  std::vector<int> scores;
  for (const auto& survey : shop_.surveys) {
    NaiveRow row;
    row.customer = survey.customer;
    row.day = survey.day;
    if (survey.kind == kind && InCell(cell, row)) scores.push_back(survey.score);
  }
  if (kind == SurveyKind::kNps) return scores;
  for (const auto& ticket : shop_.tickets) {
    if (ticket.csat == 0 || !Seen(ticket.resolved)) continue;
    NaiveRow row;
    row.customer = ticket.customer;
    row.day = static_cast<Day>(ticket.resolved / kMillisADay);
    if (InCell(cell, row)) scores.push_back(ticket.csat);
  }
  return scores;
}

std::string NaiveKpis::ServiceFigure(const std::string& kpi, const Cell& cell) const {
  if (kpi == "csat" || kpi == "nps") {
    const bool nps = kpi == "nps";
    double up = 0, down = 0;
    const std::vector<int> scores = Scores(cell, nps ? SurveyKind::kNps : SurveyKind::kCsat);
    for (const int score : scores) {
      up += score >= (nps ? 9 : 4);
      down += nps && score <= 6;
    }
    return RatioText((up - down) * (nps ? 100 : 1), static_cast<double>(scores.size()));
  }
  double tickets = 0, escalated = 0, met = 0, breached = 0;
  std::vector<int64_t> responses, resolutions;
  for (const NaiveRow& row : Tickets(cell)) {
    const ShopModel::TicketRow& ticket = *row.ticket;
    ++tickets;
    escalated += Seen(ticket.escalated);
    if (Seen(ticket.response)) responses.push_back(ticket.response - ticket.opened);
    if (Seen(ticket.resolved)) resolutions.push_back(ticket.resolved - ticket.opened);
    if (ticket.due == kNoTime || ticket.status == TicketStatus::kCancelled) continue;
    if (Seen(ticket.resolved)) {
      (ticket.resolved <= ticket.due ? met : breached) += 1;
    } else if (ticket.due < end_ &&
               !(ticket.status == TicketStatus::kResolved && ticket.resolved == kNoTime)) {
      breached += 1;
    }
  }
  const auto hours = [](const std::vector<int64_t>& millis) -> std::string {
    if (millis.empty()) return "null:no_records";
    return Number(static_cast<double>(QuantileByTen(millis, 5)) / 36'000'000);
  };
  if (kpi == "tickets") return Number(tickets);
  if (kpi == "escalations") return Number(escalated);
  if (kpi == "escalation_rate") return RatioText(escalated, tickets);
  if (kpi == "sla_compliance") return RatioText(met, met + breached);
  if (kpi == "median_first_response_hours") return hours(responses);
  if (kpi == "median_resolution_hours") return hours(resolutions);
  if (kpi != "tickets_per_customer") return "";
  double customers = 0;
  for (const size_t customer : CustomersOf(cell)) customers += Exists(customer);
  return RatioText(tickets, customers, "zero_denominator");
}

}  // namespace strata::analytics::kpi
