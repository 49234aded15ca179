#include "server/image/fact_columns.h"

namespace strata::image {
namespace {

// Calls visit(&Columns::member) for every column but `begin`.
template <typename Visit>
void ForEachMember(const TicketColumns*, const Visit& visit) {
  visit(&TicketColumns::key);
  visit(&TicketColumns::opened_day);
  visit(&TicketColumns::opened_time);
  visit(&TicketColumns::first_response_time);
  visit(&TicketColumns::resolved_time);
  visit(&TicketColumns::escalated_time);
  visit(&TicketColumns::sla_due_time);
  visit(&TicketColumns::priority);
  visit(&TicketColumns::category);
  visit(&TicketColumns::status);
  visit(&TicketColumns::csat);
}
template <typename Visit>
void ForEachMember(const ContractColumns*, const Visit& visit) {
  visit(&ContractColumns::key);
  visit(&ContractColumns::start_date);
  visit(&ContractColumns::end_date);
  visit(&ContractColumns::annual_value);
  visit(&ContractColumns::auto_renew);
  visit(&ContractColumns::owner);
  visit(&ContractColumns::status);
}
template <typename Visit>
void ForEachMember(const SurveyColumns*, const Visit& visit) {
  visit(&SurveyColumns::key);
  visit(&SurveyColumns::day);
  visit(&SurveyColumns::time);
  visit(&SurveyColumns::kind);
  visit(&SurveyColumns::score);
}

// What the rows of a customer are sorted by, before the key.
const std::vector<Day>& SortDays(const TicketColumns& facts) { return facts.opened_day; }
const std::vector<Day>& SortDays(const ContractColumns& facts) { return facts.start_date; }
const std::vector<Day>& SortDays(const SurveyColumns& facts) { return facts.day; }

// Columns of the rows of `plan`; source 0 is `base`, source 1 `added` (null: without rows).
template <typename Columns>
std::shared_ptr<const Columns> Gather(const Columns* base, const Columns* added, RowPlan plan) {
  const uint32_t rows = plan.rows();
  if (rows == 0) return nullptr;
  auto facts = std::make_shared<Columns>();
  ForEachMember(facts.get(), [&](auto member) {
    auto& column = (*facts).*member;
    column.resize(rows);
    using T = typename std::remove_reference_t<decltype(column)>::value_type;
    const T* const sources[] = {base == nullptr ? nullptr : (base->*member).data(),
                                added == nullptr ? nullptr : (added->*member).data()};
    CopyRuns<T>(plan.runs, sources, T{}, column.data());
  });
  facts->begin = std::move(plan.begin);
  return facts;
}

template <typename Columns>
size_t MemoryBytesOf(const Columns& facts) {
  size_t bytes = sizeof(facts) + facts.begin.capacity() * sizeof(uint32_t);
  ForEachMember(&facts, [&](auto member) {
    const auto& column = facts.*member;
    bytes += column.capacity() * sizeof(column[0]);
  });
  return bytes;
}

template <typename Columns>
DayRange RangeOf(const Columns* facts) {
  DayRange range;
  if (facts == nullptr) return range;
  for (Day day : SortDays(*facts)) range.Add(day);
  return range;
}

}  // namespace

void AppendFact(ArrivedFacts<TicketColumns>& to, uint32_t customer, uint32_t key,
                const Ticket& ticket, Coder& coder) {
  to.customer.push_back(customer);
  to.columns.key.push_back(key);
  to.columns.opened_day.push_back(coder.DayOf(ticket.opened_time));
  to.columns.opened_time.push_back(ticket.opened_time);
  to.columns.first_response_time.push_back(ticket.first_response_time);
  to.columns.resolved_time.push_back(ticket.resolved_time);
  to.columns.escalated_time.push_back(ticket.escalated_time);
  to.columns.sla_due_time.push_back(ticket.sla_due_time);
  to.columns.priority.push_back(coder.ticket_priority.Intern(ticket.priority));
  to.columns.category.push_back(coder.ticket_category.Intern(ticket.category));
  to.columns.status.push_back(ticket.status);
  to.columns.csat.push_back(static_cast<uint8_t>(ticket.csat));
}

void AppendFact(ArrivedFacts<ContractColumns>& to, uint32_t customer, uint32_t key,
                const Contract& contract, Coder& coder) {
  to.customer.push_back(customer);
  to.columns.key.push_back(key);
  to.columns.start_date.push_back(contract.start_date);
  to.columns.end_date.push_back(contract.end_date);
  to.columns.annual_value.push_back(contract.annual_value);
  to.columns.auto_renew.push_back(
      contract.auto_renew.has_value() ? static_cast<int8_t>(*contract.auto_renew) : int8_t{-1});
  to.columns.owner.push_back(coder.contract_owner.Intern(contract.owner));
  to.columns.status.push_back(coder.contract_status.Intern(contract.status));
}

void AppendFact(ArrivedFacts<SurveyColumns>& to, uint32_t customer, uint32_t key,
                const Survey& survey, Coder& coder) {
  to.customer.push_back(customer);
  to.columns.key.push_back(key);
  to.columns.day.push_back(coder.DayOf(survey.time));
  to.columns.time.push_back(survey.time);
  to.columns.kind.push_back(survey.kind);
  to.columns.score.push_back(static_cast<uint8_t>(survey.score));
}

template <typename Columns>
std::shared_ptr<const Columns> MergeFacts(const Columns* base, uint32_t customers,
                                          const ArrivedFacts<Columns>& added,
                                          std::vector<RowKey> removed) {
  const ArrivedRows arrived = {added.customer.data(), SortDays(added.columns).data(),
                               added.columns.key.data(), static_cast<uint32_t>(added.size())};
  SortedRows sorted;
  SortRows({&arrived, 1}, 1, customers, &sorted);
  BaseRows rows;
  if (base != nullptr) {
    rows = {static_cast<uint32_t>(base->begin.size()) - 1, base->begin.data(),
            SortDays(*base).data(), base->key.data()};
  }
  return Gather(base, &added.columns, PlanMerge(rows, customers, sorted, {std::move(removed), 1}));
}

template <typename Columns>
std::shared_ptr<const Columns> SliceFacts(const Columns* facts, uint32_t first, uint32_t count) {
  if (facts == nullptr) return nullptr;
  return Gather<Columns>(facts, nullptr, PlanSlice(facts->begin.data(), first, count));
}

template std::shared_ptr<const TicketColumns> MergeFacts(const TicketColumns*, uint32_t,
                                                         const ArrivedFacts<TicketColumns>&,
                                                         std::vector<RowKey>);
template std::shared_ptr<const ContractColumns> MergeFacts(const ContractColumns*, uint32_t,
                                                           const ArrivedFacts<ContractColumns>&,
                                                           std::vector<RowKey>);
template std::shared_ptr<const SurveyColumns> MergeFacts(const SurveyColumns*, uint32_t,
                                                         const ArrivedFacts<SurveyColumns>&,
                                                         std::vector<RowKey>);
template std::shared_ptr<const TicketColumns> SliceFacts(const TicketColumns*, uint32_t, uint32_t);
template std::shared_ptr<const ContractColumns> SliceFacts(const ContractColumns*, uint32_t,
                                                           uint32_t);
template std::shared_ptr<const SurveyColumns> SliceFacts(const SurveyColumns*, uint32_t, uint32_t);

DayRange EventDays(const TicketColumns* facts) { return RangeOf(facts); }
DayRange EventDays(const SurveyColumns* facts) { return RangeOf(facts); }

size_t MemoryBytes(const TicketColumns& facts) { return MemoryBytesOf(facts); }
size_t MemoryBytes(const ContractColumns& facts) { return MemoryBytesOf(facts); }
size_t MemoryBytes(const SurveyColumns& facts) { return MemoryBytesOf(facts); }

}  // namespace strata::image
