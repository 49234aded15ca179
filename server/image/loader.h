#ifndef STRATA_SERVER_IMAGE_LOADER_H_
#define STRATA_SERVER_IMAGE_LOADER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "server/domain/record.h"
#include "server/image/block_sizes.h"
#include "server/image/coder.h"
#include "server/image/editor_block.h"
#include "server/image/fact_columns.h"

namespace strata::image {

// Collects all records of a workspace and makes the blocks of its first revision.
//
// Records wait in partitions of neighbouring customers, as columns in order of arrival; at the end
// each partition is sorted and cut into blocks on its own, so that the cores work side by side, the
// sorting stays in the cache and each partition's columns are freed as soon as its blocks stand.
class Loader {
 public:
  Loader(const BlockSizes& sizes, Coder& coder) : sizes_(sizes), coder_(coder) {}

  // `slot` rises from call to call; slots left out are no customers.
  void AddCustomer(Slot slot, const Customer& customer, bool placeholder);
  void AddOrder(uint32_t key, Slot slot, const Order& order);
  template <typename Columns, typename Fact>
  void AddFact(uint32_t key, Slot slot, const Fact& fact);

  // The blocks, ascending by slot and without gaps. Ends the loader's use.
  std::vector<EditorBlock> Finish();

 private:
  struct Partition {
    uint32_t customers = 0;
    CustomerColumns profile;
    OrderFields order_fields = 0;     // of all orders so far
    std::vector<OrderWriter> orders;  // the last one is being filled
    ArrivedFacts<TicketColumns> tickets;
    ArrivedFacts<ContractColumns> contracts;
    ArrivedFacts<SurveyColumns> surveys;
  };

  // An order of one line without optional fields: by far the most frequent one.
  struct PlainOrder {
    Micros amount;
    uint32_t customer, key;
    Day day;
    uint16_t status;
  };
  // Where the plain orders of a partition wait for being written to its columns together: slots
  // come at random, and one place a partition misses the caches less often than one a column.
  struct Waiting {
    static constexpr uint32_t kRoom = 64;
    uint32_t count = 0;
    PlainOrder orders[kRoom];
  };

  Partition& PartitionOf(Slot slot);
  void AddPlainOrder(uint32_t key, Slot slot, const Order& order);
  void Write(Partition& partition, Waiting& waiting);
  void AddOrderChunk(Partition& partition, uint32_t lines, OrderFields fields);
  std::vector<EditorBlock> MakeBlocks(Slot first_slot, std::unique_ptr<Partition> partition) const;

  const BlockSizes sizes_;
  Coder& coder_;
  std::vector<std::unique_ptr<Partition>> partitions_;
  std::vector<Waiting> waiting_;  // one a partition, or fewer
};

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_LOADER_H_
