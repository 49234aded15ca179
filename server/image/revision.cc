#include "server/image/revision.h"

#include <algorithm>

#include "server/image/customer_columns.h"
#include "server/image/fact_columns.h"
#include "server/image/order_facts.h"

namespace strata::image {
namespace {

size_t MemoryBytesOf(const Block& block) {
  size_t bytes = MemoryBytes(*block.profile);
  if (block.base != nullptr) bytes += block.base->MemoryBytes();
  if (block.tail != nullptr) bytes += block.tail->MemoryBytes();
  if (block.tickets != nullptr) bytes += MemoryBytes(*block.tickets);
  if (block.contracts != nullptr) bytes += MemoryBytes(*block.contracts);
  if (block.surveys != nullptr) bytes += MemoryBytes(*block.surveys);
  return bytes;
}

size_t MemoryBytesOf(const Dictionaries& all) {
  size_t bytes = sizeof(all) + all.customer_ids.MemoryBytes();
  for (const Dictionary* dictionary :
       {&all.display_name, &all.gender, &all.country, &all.region, &all.city, &all.industry,
        &all.account_owner, &all.status, &all.channel, &all.product, &all.product_line,
        &all.ticket_priority, &all.ticket_category, &all.contract_owner, &all.contract_status,
        &all.attributes, &all.attribute_texts}) {
    bytes += dictionary->MemoryBytes();
  }
  return bytes;
}

}  // namespace

const Block& Revision::BlockOf(Slot slot) const {
  const auto after =
      std::upper_bound(blocks.begin(), blocks.end(), slot,
                       [](Slot value, const Block& block) { return value < block.first_slot; });
  return *(after - 1);
}

const RecordDays& Revision::record_days() const {
  absl::call_once(found_days_.once, [this] { found_days_.days = FindRecordDays(*this); });
  return found_days_.days;
}

size_t Revision::MemoryBytes() const {
  size_t bytes = sizeof(*this) + blocks.capacity() * sizeof(Block) + excluded_status.capacity() +
                 excluded_contract_status.capacity() + attribute_kinds.capacity() +
                 MemoryBytesOf(*dictionaries);
  for (const Block& block : blocks) bytes += MemoryBytesOf(block);
  return bytes;
}

}  // namespace strata::image
