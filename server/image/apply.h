#ifndef STRATA_SERVER_IMAGE_APPLY_H_
#define STRATA_SERVER_IMAGE_APPLY_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/image/block_sizes.h"
#include "server/image/coder.h"
#include "server/image/editor.h"
#include "server/image/editor_block.h"
#include "server/image/fact_columns.h"

namespace strata::image {

// Brings one list of changes into the blocks: gathers what happens to each block, then rewrites a
// block at most once. Used for one Apply and thrown away.
class Application {
 public:
  Application(std::vector<EditorBlock>& blocks, const BlockSizes& sizes, Coder& coder)
      : blocks_(blocks), sizes_(sizes), coder_(coder) {}

  void Run(const std::vector<Changes::Change>& changes);

 private:
  template <typename Columns>
  struct FactEdit {
    ArrivedFacts<Columns> added;
    std::vector<RowKey> removed;

    // True when there was something to do.
    bool Commit(uint32_t customers, std::shared_ptr<const Columns>* facts);
  };
  struct FactEdits {
    FactEdit<TicketColumns> tickets;
    FactEdit<ContractColumns> contracts;
    FactEdit<SurveyColumns> surveys;
  };

  // What happens to one block.
  struct BlockEdit {
    uint32_t block = 0;
    std::shared_ptr<CustomerColumns> profile;  // null: unchanged
    uint32_t orders = 0, lines = 0;            // to be added
    OrderFields fields = 0;                    // of these
    std::vector<RowKey> removed_orders;
    OrderWriter rewrite;  // takes the added orders when they do not go to the block's tail
    bool to_tail = false;
    std::unique_ptr<FactEdits> facts;  // null: unchanged
  };

  void ExtendTo(Slot slots);
  void DropReplaced(const std::vector<Changes::Change>& changes);
  void Gather(const std::vector<Changes::Change>& changes);
  void GatherPut(const Changes::Put& put);
  void GatherOrder(const Changes::Put& put, const Order& order, BlockEdit& edit);
  void GatherRemove(const Changes::Remove& remove);
  void PlaceOrders();
  void WriteOrders();
  void Commit();
  void CommitEdit(BlockEdit& edit);
  void Cut();

  uint32_t BlockIndex(Slot slot) const;
  BlockEdit& EditOf(Slot slot);
  uint32_t RowIn(const BlockEdit& edit, Slot slot) const;
  CustomerColumns& ProfileOf(BlockEdit& edit);
  FactEdits& FactsOf(BlockEdit& edit);
  bool IsLast(const BlockEdit& edit) const { return edit.block + 1 == blocks_.size(); }

  std::vector<EditorBlock>& blocks_;
  const BlockSizes& sizes_;
  Coder& coder_;
  std::vector<Slot> first_slots_;     // of blocks_
  std::vector<uint32_t> edit_index_;  // of each block into edits_, plus one; 0: none
  std::vector<BlockEdit> edits_;
  // The orders that are put and stay, with the index into edits_.
  struct NewOrder {
    const Changes::Put* put;
    const Order* order;
    uint32_t edit;
  };
  std::vector<NewOrder> new_orders_;
  // Changes that a later one of the same list undoes; empty: none.
  std::vector<bool> undone_;
};

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_APPLY_H_
