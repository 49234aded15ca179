#ifndef STRATA_SERVER_IMAGE_EDITOR_BLOCK_H_
#define STRATA_SERVER_IMAGE_EDITOR_BLOCK_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "server/image/block_sizes.h"
#include "server/image/order_writer.h"
#include "server/image/revision.h"

namespace strata::image {

// A block as the writer sees it: what the next revision will hold, and what the writer knows of it
// beyond that.
struct EditorBlock {
  Block block;           // block.tail and its lengths are set by Published()
  OrderWriter tail;      // orders since the base was made
  uint32_t present = 0;  // customers
  DayRange fact_days;    // of tickets and surveys

  // The block as a revision holds it.
  Block Published() const;

  uint32_t orders() const;
  uint32_t lines() const;
  DayRange days() const;  // of orders, tickets and surveys

  // After block.profile, or block.tickets or block.surveys, was replaced.
  void CountCustomers();
  void RangeFacts();
};

// A tail for the block's next orders, with room for at least one order and `lines` lines and with
// every column that the base or `fields` has.
OrderWriter NewTail(const EditorBlock& block, uint32_t lines, OrderFields fields,
                    const BlockSizes& sizes);

// Makes base, tail and `added` (may be without a tail) the new base, without the orders of the
// first two that `removed` names. `begin_capacity` as in OrderFacts.
void MergeOrders(EditorBlock& block, const OrderWriter& added, std::vector<RowKey> removed,
                 uint32_t begin_capacity);

// Makes room for the customers up to `customers`, who are not present yet.
void Extend(EditorBlock& block, uint32_t customers, const BlockSizes& sizes);

// Appends `block`, which has no tail, to `blocks`: in pieces of about the target's lines when it
// has more than `limit` lines and more than one customer, else whole.
void AppendCut(EditorBlock block, uint32_t limit, const BlockSizes& sizes,
               std::vector<EditorBlock>* blocks);

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_EDITOR_BLOCK_H_
