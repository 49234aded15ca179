#include "server/analytics/facts/service_sums.h"

#include <algorithm>
#include <limits>

#include "server/analytics/facts/contract_terms.h"
#include "server/analytics/facts/spare_columns.h"

namespace strata::analytics::facts {
namespace {

constexpr uint8_t kLowestGoodRating = 4;
constexpr int64_t kUnknown = std::numeric_limits<int64_t>::min();

bool Happened(Millis time, Millis end) { return time != kNoTime && time < end; }

}  // namespace

ServiceSums::ServiceSums(const image::Revision& revision, Day as_of, int window_days)
    : revision_(revision),
      as_of_(as_of),
      first_day_(as_of - window_days + 1),
      window_begin_(revision.calendar->StartOf(first_day_)),
      end_(revision.calendar->StartOf(as_of + 1)) {}

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
        good_ratings[block.first_slot + customer] += facts.score[row] >= kLowestGoodRating;
      }
    }
  }
  if (block.contracts != nullptr && !contract_value.held.empty()) ReadContracts(block);
}

void ServiceSums::ReadTickets(const image::TicketColumns& facts, uint32_t row, image::Slot slot) {
  const Day opened = facts.opened_day[row];
  if (opened < first_day_ || opened > as_of_) return;
  ++tickets[slot];
  escalations[slot] += Happened(facts.escalated_time[row], end_);
  const Millis due = facts.sla_due_time[row];
  const TicketStatus status = facts.status[row];
  if (due == kNoTime || status == TicketStatus::kCancelled) return;
  const Millis resolved = facts.resolved_time[row];
  if (Happened(resolved, end_)) {
    (resolved <= due ? sla_met : sla_breached)[slot] += 1;
  } else if (due < end_ && (status == TicketStatus::kOpen || resolved != kNoTime)) {
    ++sla_breached[slot];
  }
}

void ServiceSums::ReadTicketRatings(const image::TicketColumns& facts, uint32_t row,
                                    image::Slot slot) {
  const Millis resolved = facts.resolved_time[row];
  if (facts.csat[row] == 0 || !Happened(resolved, end_) || resolved < window_begin_) return;
  ++ratings[slot];
  good_ratings[slot] += facts.csat[row] >= kLowestGoodRating;
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
