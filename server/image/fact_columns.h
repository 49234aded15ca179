#ifndef STRATA_SERVER_IMAGE_FACT_COLUMNS_H_
#define STRATA_SERVER_IMAGE_FACT_COLUMNS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "server/domain/record.h"
#include "server/image/coder.h"
#include "server/image/columns.h"
#include "server/image/order_facts.h"
#include "server/image/row_plan.h"

// Tickets, contracts and surveys of a block: few enough that a change copies the block's columns of
// its kind. `Columns` is TicketColumns, ContractColumns or SurveyColumns throughout.

namespace strata::image {

// Facts in order of arrival; columns.begin is unused.
template <typename Columns>
struct ArrivedFacts {
  std::vector<uint32_t> customer;  // counted from the block's first
  Columns columns;

  size_t size() const { return customer.size(); }
};

void AppendFact(ArrivedFacts<TicketColumns>& to, uint32_t customer, uint32_t key,
                const Ticket& ticket, Coder& coder);
void AppendFact(ArrivedFacts<ContractColumns>& to, uint32_t customer, uint32_t key,
                const Contract& contract, Coder& coder);
void AppendFact(ArrivedFacts<SurveyColumns>& to, uint32_t customer, uint32_t key,
                const Survey& survey, Coder& coder);

// `base` (null: none) for `customers` customers, without the rows that `removed` names and with the
// added ones; null when no row is left.
template <typename Columns>
std::shared_ptr<const Columns> MergeFacts(const Columns* base, uint32_t customers,
                                          const ArrivedFacts<Columns>& added,
                                          std::vector<RowKey> removed);

// The facts of customers [first, first + count); null when they have none.
template <typename Columns>
std::shared_ptr<const Columns> SliceFacts(const Columns* facts, uint32_t first, uint32_t count);

// The days that count as events; contracts have none. `facts` may be null.
DayRange EventDays(const TicketColumns* facts);
DayRange EventDays(const SurveyColumns* facts);

size_t MemoryBytes(const TicketColumns& facts);
size_t MemoryBytes(const ContractColumns& facts);
size_t MemoryBytes(const SurveyColumns& facts);

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_FACT_COLUMNS_H_
