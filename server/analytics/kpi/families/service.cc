#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/figures.h"
#include "server/analytics/stats/intervals.h"

// Tickets, service levels, satisfaction.

namespace strata::analytics::kpi {
namespace {

using M = Measure;

constexpr double kMillisAnHour = 3'600'000;

template <Measure Samples, Measure MedianTimesTen>
absl::StatusOr<fields::Cell> MedianHours(const FigureInput& input) {
  if (input.cell[Samples] == 0) return NullCell(fields::NullReason::kNoRecords);
  return NumberCell(static_cast<double>(input.cell[MedianTimesTen]) / (10 * kMillisAnHour));
}

absl::StatusOr<fields::Cell> SlaCompliance(const FigureInput& input) {
  return RatioCell(input.cell[M::kSlaMet], input.cell[M::kSlaMet] + input.cell[M::kSlaBreached]);
}

absl::StatusOr<fields::Cell> TicketsPerCustomer(const FigureInput& input) {
  return RatioCell(input.cell[M::kTickets], input.cell[M::kCustomers],
                   fields::NullReason::kZeroDenominator);
}

absl::StatusOr<fields::Cell> Csat(const FigureInput& input) {
  const auto ratings = static_cast<int64_t>(input.cell[M::kRatings]);
  if (ratings == 0) return NullCell(fields::NullReason::kNoRecords);
  const auto positive = static_cast<int64_t>(input.cell[M::kPositiveRatings]);
  fields::Cell cell = RatioCell(positive, ratings);
  const stats::Bounds bounds = stats::Wilson(positive, ratings);
  cell.interval = fields::Interval{bounds.low, bounds.high, 0.95, "wilson"};
  cell.sample_size = ratings;
  return cell;
}

// In points from -100 to 100.
absl::StatusOr<fields::Cell> Nps(const FigureInput& input) {
  const auto answers = static_cast<int64_t>(input.cell[M::kNpsAnswers]);
  if (answers == 0) return NullCell(fields::NullReason::kNoRecords);
  const auto promoters = static_cast<int64_t>(input.cell[M::kPromoters]);
  const auto detractors = static_cast<int64_t>(input.cell[M::kDetractors]);
  fields::Cell cell = NumberCell(100.0 * static_cast<double>(promoters - detractors) /
                                 static_cast<double>(answers));
  const stats::Bounds bounds = stats::NetScore(promoters, detractors, answers);
  cell.interval = fields::Interval{100 * bounds.low, 100 * bounds.high, 0.95, "adjusted-wald"};
  cell.sample_size = answers;
  return cell;
}

const Part kTicketsPart{M::kTickets, fields::ValueType::kInteger, "tickets"};
const Part kEscalationsPart{M::kEscalations, fields::ValueType::kInteger, "escalated tickets"};

Definition Ticket(Kpi kpi, MeasureSet needs, Figure figure) {
  kpi.grain = fields::Grain::kTicket;
  kpi.family = "service";
  kpi.higher_is_better = false;
  return {.kpi = std::move(kpi),
          .facts = Facts::kTickets,
          .needs = needs,
          .figure = figure,
          .records = M::kTickets};
}

void AddCounts(std::vector<Definition>* all) {
  all->push_back(Ticket({.id = "tickets",
                         .name = "Tickets",
                         .unit = "tickets",
                         .type = fields::ValueType::kInteger,
                         .formula = "tickets opened in the period",
                         .additive = true,
                         .notes = "Cancelled ones included."},
                        {M::kTickets}, &Count<M::kTickets>));
  all->back().contribution = kTicketsPart;
  all->push_back(Ticket(
      {.id = "tickets_per_customer",
       .name = "Tickets per customer",
       .unit = "tickets/customer",
       .type = fields::ValueType::kNumber,
       .formula = "tickets opened in the period / customers that exist by as_of and match",
       .notes = "By fields of tickets and time, over all customers of the row's customer fields."},
      {M::kTickets, M::kCustomers}, &TicketsPerCustomer));
  all->back().numerator = kTicketsPart;
  all->back().denominator = Part{M::kCustomers, fields::ValueType::kInteger, "customers"};
  all->push_back(Ticket({.id = "escalations",
                         .name = "Escalations",
                         .unit = "tickets",
                         .type = fields::ValueType::kInteger,
                         .formula = "tickets opened in the period and escalated by as_of",
                         .additive = true,
                         .notes = "By the day the ticket was opened."},
                        {M::kEscalations}, &Count<M::kEscalations>));
  all->back().contribution = kEscalationsPart;
  all->push_back(Ticket({.id = "escalation_rate",
                         .name = "Escalation rate",
                         .unit = "1",
                         .type = fields::ValueType::kNumber,
                         .formula = "escalated tickets / tickets, by the day they were opened"},
                        {M::kEscalations, M::kTickets}, &Ratio<M::kEscalations, M::kTickets>));
  all->back().numerator = kEscalationsPart;
  all->back().denominator = kTicketsPart;
  all->back().rate = true;
}

void AddTimes(std::vector<Definition>* all) {
  all->push_back(Ticket(
      {.id = "sla_compliance",
       .name = "SLA compliance",
       .unit = "1",
       .type = fields::ValueType::kNumber,
       .formula =
           "tickets resolved at or before due / those, and those resolved later or open past "
           "due",
       .notes = "Exact times, as they stood at the end of as_of; by the day the ticket was opened. "
                "Without a due time, cancelled, open and not yet due, or resolved without a time: "
                "left out."},
      {M::kSlaMet, M::kSlaBreached}, &SlaCompliance));
  all->back().kpi.higher_is_better = true;
  all->back().rate = true;
  all->back().numerator = Part{M::kSlaMet, fields::ValueType::kInteger, "tickets resolved in time"};
  all->back().denominator =
      Part{M::kSlaMet, fields::ValueType::kInteger,
           "tickets resolved in time, late, or open past due", std::nullopt, M::kSlaBreached};
  all->push_back(Ticket({.id = "median_first_response_hours",
                         .name = "Median first response",
                         .unit = "hours",
                         .type = fields::ValueType::kNumber,
                         .formula = "median of the hours from opening to first response",
                         .notes = "Tickets opened in the period with a first response by as_of."},
                        {M::kFirstResponses, M::kMedianFirstResponse},
                        &MedianHours<M::kFirstResponses, M::kMedianFirstResponse>));
  all->back().contribution = kTicketsPart;
  all->push_back(Ticket({.id = "median_resolution_hours",
                         .name = "Median resolution",
                         .unit = "hours",
                         .type = fields::ValueType::kNumber,
                         .formula = "median of the hours from opening to resolution",
                         .notes = "Tickets opened in the period and resolved by as_of."},
                        {M::kResolutions, M::kMedianResolution},
                        &MedianHours<M::kResolutions, M::kMedianResolution>));
  all->back().contribution = kTicketsPart;
}

void AddScores(std::vector<Definition>* all) {
  Definition csat{
      .kpi = {.id = "csat",
              .name = "Customer satisfaction",
              .unit = "1",
              .type = fields::ValueType::kNumber,
              .formula = "ratings of 4 or 5 / ratings",
              .grain = fields::Grain::kSurvey,
              .family = "service",
              .notes = "CSAT surveys by their day and ratings of tickets by the day of their "
                       "resolution, each once. Wilson interval."},
      .facts = Facts::kRatings,
      .needs = {M::kRatings, M::kPositiveRatings},
      .figure = &Csat,
      .rate = true,
      .records = M::kRatings};
  csat.numerator = Part{M::kPositiveRatings, fields::ValueType::kInteger, "ratings of 4 or 5"};
  csat.denominator = Part{M::kRatings, fields::ValueType::kInteger, "ratings"};
  all->push_back(std::move(csat));
  Definition nps{.kpi = {.id = "nps",
                         .name = "Net promoter score",
                         .unit = "points",
                         .type = fields::ValueType::kNumber,
                         .formula = "100 * (answers of 9 or 10 - answers of 0 to 6) / answers",
                         .grain = fields::Grain::kSurvey,
                         .family = "service",
                         .notes = "From -100 to 100. Adjusted Wald interval of the difference."},
                 .facts = Facts::kSurveys,
                 .needs = {M::kNpsAnswers, M::kPromoters, M::kDetractors},
                 .figure = &Nps,
                 .rate = true,
                 .records = M::kNpsAnswers};
  nps.numerator =
      Part{M::kPromoters, fields::ValueType::kInteger, "promoters less detractors", M::kDetractors};
  nps.denominator = Part{M::kNpsAnswers, fields::ValueType::kInteger, "answers"};
  all->push_back(std::move(nps));
}

}  // namespace

std::vector<Definition> ServiceDefinitions() {
  std::vector<Definition> all;
  AddCounts(&all);
  AddTimes(&all);
  AddScores(&all);
  return all;
}

}  // namespace strata::analytics::kpi
