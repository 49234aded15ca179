#ifndef STRATA_SERVER_STORE_SQLITE_STORED_RECORD_H_
#define STRATA_SERVER_STORE_SQLITE_STORED_RECORD_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/domain/record.h"

namespace strata::store {

// Text at addresses that stay until Clear. Keeps its memory for the next use.
class TextArena {
 public:
  absl::string_view Copy(absl::string_view text) {
    if (text.empty()) return {};
    if (block_ == blocks_.size() || used_ + text.size() > kBlockBytes) NextBlock(text.size());
    char* const place = blocks_[block_].get() + used_;
    memcpy(place, text.data(), text.size());
    used_ += text.size();
    return {place, text.size()};
  }
  void Clear() {
    block_ = 0;
    used_ = 0;
  }

 private:
  // Holds any text of a record, whose length the validator limits.
  static constexpr size_t kBlockBytes = 64 << 10;

  void NextBlock(size_t size) {
    if (block_ < blocks_.size()) ++block_;
    used_ = 0;
    if (block_ == blocks_.size()) {
      blocks_.push_back(std::make_unique<char[]>(size > kBlockBytes ? size : kBlockBytes));
    }
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_ = 0, used_ = 0;
};

// Records as they stand in the file. Text lives in the arena that the reader was given.
struct StoredCustomer {
  Customer record;  // attributes ascending by key
  bool placeholder = false;
  std::vector<Attribute> attributes;
};
template <typename Fact>
struct StoredFact {
  Fact record;  // `customer` is empty: see customer_key
  uint32_t customer_key = 0;
};
struct StoredOrder : StoredFact<Order> {
  std::vector<OrderLine> lines;
};
// Orders of a range of keys, ascending. Reusable.
struct OrderChunk {
  struct Row {
    uint32_t key = 0;
    uint32_t customer_key = 0;
    Order order;  // `customer` is empty: see customer_key
  };
  std::vector<Row> rows;
  std::vector<OrderLine> lines;  // of all rows
  TextArena text;
};
using StoredTicket = StoredFact<Ticket>;
using StoredContract = StoredFact<Contract>;
using StoredSurvey = StoredFact<Survey>;

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_STORED_RECORD_H_
