#include "server/rpc/convert/customer_facts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/analytics/facts/seen.h"
#include "server/rpc/convert/records.h"

namespace strata::rpc {
namespace {

using image::Slot;

std::string TextOf(const image::Dictionary& dictionary, image::Code code) {
  return std::string(dictionary.Text(code));
}

v1::TicketStatus StatusOf(TicketStatus status) {
  switch (status) {
    case TicketStatus::kOpen:
      return v1::TICKET_STATUS_OPEN;
    case TicketStatus::kResolved:
      return v1::TICKET_STATUS_RESOLVED;
    case TicketStatus::kCancelled:
      return v1::TICKET_STATUS_CANCELLED;
  }
  return v1::TICKET_STATUS_UNSPECIFIED;
}

v1::Ticket TicketAt(const image::Dictionaries& texts, const image::TicketColumns& facts,
                    uint32_t row, const analytics::facts::Seen& seen) {
  v1::Ticket made;
  ToProto(facts.opened_time[row], made.mutable_opened_time());
  if (seen(facts.first_response_time[row])) {
    ToProto(facts.first_response_time[row], made.mutable_first_response_time());
  }
  if (seen(facts.escalated_time[row])) {
    ToProto(facts.escalated_time[row], made.mutable_escalated_time());
  }
  if (facts.sla_due_time[row] != kNoTime) {
    ToProto(facts.sla_due_time[row], made.mutable_sla_due_time());
  }
  made.set_priority(TextOf(texts.ticket_priority, facts.priority[row]));
  made.set_category(TextOf(texts.ticket_category, facts.category[row]));
  const Millis resolved = facts.resolved_time[row];
  made.set_status(StatusOf(facts.status[row]));
  if (seen(resolved)) {
    ToProto(resolved, made.mutable_resolved_time());
    if (facts.csat[row] != 0) made.set_csat(facts.csat[row]);
  } else if (resolved != kNoTime && facts.status[row] == TicketStatus::kResolved) {
    made.set_status(v1::TICKET_STATUS_OPEN);
  }
  return made;
}

// The customer's rows, latest first; facts lie in ascending order of day and key.
template <typename Columns, typename Before>
std::vector<uint32_t> RowsOf(const Columns* facts, uint32_t customer, const std::vector<Day>& days,
                             Day as_of, Before before) {
  std::vector<uint32_t> rows;
  for (uint32_t row = facts->begin[customer]; row < facts->begin[customer + 1]; ++row) {
    if (days[row] <= as_of) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(), before);
  return rows;
}

}  // namespace

std::vector<ImageFact<v1::Ticket>> TicketsAsOf(const image::Revision& revision, Slot slot,
                                               Day as_of) {
  const image::Block& block = revision.BlockOf(slot);
  const image::TicketColumns* facts = block.tickets.get();
  if (facts == nullptr) return {};
  const analytics::facts::Seen seen(*revision.calendar, as_of);
  std::vector<ImageFact<v1::Ticket>> tickets;
  for (const uint32_t row : RowsOf(facts, slot - block.first_slot, facts->opened_day, as_of,
                                   [facts](uint32_t a, uint32_t b) {
                                     return std::pair(facts->opened_time[a], facts->key[a]) >
                                            std::pair(facts->opened_time[b], facts->key[b]);
                                   })) {
    tickets.push_back({facts->key[row], TicketAt(*revision.dictionaries, *facts, row, seen)});
    tickets.back().record.set_customer(std::string(revision.CustomerId(slot)));
  }
  return tickets;
}

std::vector<ImageFact<v1::Contract>> ContractsAsOf(const image::Revision& revision, Slot slot,
                                                   Day as_of) {
  const image::Block& block = revision.BlockOf(slot);
  const image::ContractColumns* facts = block.contracts.get();
  if (facts == nullptr) return {};
  const image::Dictionaries& texts = *revision.dictionaries;
  std::vector<ImageFact<v1::Contract>> contracts;
  for (const uint32_t row : RowsOf(facts, slot - block.first_slot, facts->start_date, as_of,
                                   [facts](uint32_t a, uint32_t b) {
                                     return std::pair(facts->start_date[a], facts->key[a]) >
                                            std::pair(facts->start_date[b], facts->key[b]);
                                   })) {
    v1::Contract made;
    made.set_customer(std::string(revision.CustomerId(slot)));
    made.set_start_date(FormatDay(facts->start_date[row]));
    if (facts->end_date[row] != kNoDay) made.set_end_date(FormatDay(facts->end_date[row]));
    made.set_annual_value_micros(facts->annual_value[row]);
    if (facts->auto_renew[row] >= 0) made.set_auto_renew(facts->auto_renew[row] == 1);
    made.set_owner(TextOf(texts.contract_owner, facts->owner[row]));
    made.set_status(TextOf(texts.contract_status, facts->status[row]));
    contracts.push_back({facts->key[row], std::move(made)});
  }
  return contracts;
}

std::vector<ImageFact<v1::Survey>> SurveysAsOf(const image::Revision& revision, Slot slot,
                                               Day as_of) {
  const image::Block& block = revision.BlockOf(slot);
  const image::SurveyColumns* facts = block.surveys.get();
  if (facts == nullptr) return {};
  std::vector<ImageFact<v1::Survey>> surveys;
  for (const uint32_t row :
       RowsOf(facts, slot - block.first_slot, facts->day, as_of, [facts](uint32_t a, uint32_t b) {
         return std::pair(facts->time[a], facts->key[a]) > std::pair(facts->time[b], facts->key[b]);
       })) {
    v1::Survey made;
    made.set_customer(std::string(revision.CustomerId(slot)));
    ToProto(facts->time[row], made.mutable_time());
    made.set_kind(facts->kind[row] == SurveyKind::kNps ? v1::SURVEY_KIND_NPS
                                                       : v1::SURVEY_KIND_CSAT);
    made.set_score(facts->score[row]);
    surveys.push_back({facts->key[row], std::move(made)});
  }
  return surveys;
}

}  // namespace strata::rpc
