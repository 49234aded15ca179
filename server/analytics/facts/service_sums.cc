#include "server/analytics/facts/service_sums.h"

#include <algorithm>
#include <limits>

#include "server/analytics/facts/contract_terms.h"
#include "server/analytics/facts/spare_columns.h"
#include "server/analytics/facts/ticket.h"

namespace strata::analytics::facts {
namespace {

constexpr int64_t kUnknown = std::numeric_limits<int64_t>::min();

}  // namespace

ServiceSums::ServiceSums(const image::Revision& revision, Day as_of, int window_days)
    : revision_(revision),
      as_of_(as_of),
      first_day_(as_of - window_days + 1),
      window_begin_(revision.calendar->StartOf(first_day_)),
      seen_(*revision.calendar, as_of) {}

void ServiceSums::PrepareTickets() {
  for (auto* column : {&tickets, &escalations, &sla_met, &sla_breached}) {
    *column = TakeColumn<int64_t>(revision_.slots);
  }
}

void ServiceSums::PrepareRatings() {
  ratings = TakeColumn<int64_t>(revision_.slots);
  good_ratings = TakeColumn<int64_t>(revision_.slots);
}

void ServiceSums::PrepareContracts() {
  contract_value.held = TakeColumn<int64_t>(revision_.slots);
  renewal_in_days = TakeColumn<int64_t>(revision_.slots);
}

ServiceSums::~ServiceSums() {
  for (auto* column : {&tickets, &escalations, &sla_met, &sla_breached, &ratings, &good_ratings,
                       &contract_value.held, &renewal_in_days}) {
    GiveColumn(*column);
  }
}

void ServiceSums::Clear(const image::Block& block) {
  const auto fill = [&block](std::vector<int64_t>& column, int64_t value) {
    if (!column.empty()) std::fill_n(column.begin() + block.first_slot, block.customers, value);
  };
  for (auto* column : {&tickets, &escalations, &sla_met, &sla_breached, &ratings, &good_ratings,
                       &contract_value.held}) {
    fill(*column, 0);
  }
  fill(renewal_in_days, kUnknown);
}

void ServiceSums::Read(const image::Block& block) {
  Clear(block);
  if (block.tickets != nullptr && (!tickets.empty() || !ratings.empty())) {
    const image::TicketColumns& facts = *block.tickets;
    for (uint32_t customer = 0; customer < block.customers; ++customer) {
      const image::Slot slot = block.first_slot + customer;
      for (uint32_t row = facts.begin[customer]; row < facts.begin[customer + 1]; ++row) {
        if (!tickets.empty()) ReadTickets(facts, row, slot);
        if (!ratings.empty()) ReadTicketRatings(facts, row, slot);
      }
    }
  }
  if (block.surveys != nullptr && !ratings.empty()) {
    const image::SurveyColumns& facts = *block.surveys;
    for (uint32_t customer = 0; customer < block.customers; ++customer) {
      for (uint32_t row = facts.begin[customer]; row < facts.begin[customer + 1]; ++row) {
        if (facts.kind[row] != SurveyKind::kCsat) continue;
        if (facts.day[row] < first_day_ || facts.day[row] > as_of_) continue;
        ++ratings[block.first_slot + customer];
        good_ratings[block.first_slot + customer] += IsGoodRating(facts.score[row]);
      }
    }
  }
  if (block.contracts != nullptr && !contract_value.held.empty()) ReadContracts(block);
}

void ServiceSums::ReadTickets(const image::TicketColumns& facts, uint32_t row, image::Slot slot) {
  const Day opened = facts.opened_day[row];
  if (opened < first_day_ || opened > as_of_) return;
  ++tickets[slot];
  escalations[slot] += seen_(facts.escalated_time[row]);
  const Sla sla =
      SlaOf(seen_, facts.sla_due_time[row], facts.resolved_time[row], facts.status[row]);
  sla_met[slot] += sla == Sla::kMet;
  sla_breached[slot] += sla == Sla::kBreached;
}

void ServiceSums::ReadTicketRatings(const image::TicketColumns& facts, uint32_t row,
                                    image::Slot slot) {
  const Millis resolved = facts.resolved_time[row];
  if (facts.csat[row] == 0 || !seen_(resolved) || resolved < window_begin_) return;
  ++ratings[slot];
  good_ratings[slot] += IsGoodRating(facts.csat[row]);
}

void ServiceSums::ReadContracts(const image::Block& block) {
  const image::ContractColumns& facts = *block.contracts;
  const ContractRule rule(*revision_.settings, as_of_);
  const std::vector<ContractTerms> terms = TermsOf(revision_, facts);
  for (uint32_t customer = 0; customer < block.customers; ++customer) {
    const image::Slot slot = block.first_slot + customer;
    const absl::Span<const ContractTerms> contracts = OfCustomer(facts, terms, customer);
    MicrosSum value = 0;
    Day earliest_end = kNoDay;
    for (size_t i = 0; i < contracts.size(); ++i) {
      if (!rule.InForce(contracts, i, as_of_)) continue;
      const Day end = contracts[i].end_date;
      value += contracts[i].annual_value;
      if (end != kNoDay && (earliest_end == kNoDay || end < earliest_end)) earliest_end = end;
    }
    contract_value.Put(slot, value);
    if (earliest_end != kNoDay) renewal_in_days[slot] = int64_t{earliest_end} - as_of_;
  }
}

}  // namespace strata::analytics::facts
