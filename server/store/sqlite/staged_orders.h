#ifndef STRATA_SERVER_STORE_SQLITE_STAGED_ORDERS_H_
#define STRATA_SERVER_STORE_SQLITE_STAGED_ORDERS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/domain/record.h"
#include "server/store/sqlite/connection.h"

namespace strata::store {

// New orders on their way into the file, as two virtual tables of the connection from which one
// INSERT ... SELECT takes them all: starting and ending a statement for each row costs more than
// the row.
class StagedOrders {
 public:
  static absl::StatusOr<std::unique_ptr<StagedOrders>> Create(Connection& connection);

  // Borrows the order until Write or Discard.
  void Add(uint32_t key, uint32_t customer_key, const Order& order, int64_t source_version) {
    rows_.push_back({&order, source_version, key, customer_key});
  }
  // Whether the order of this key is staged; keys rise.
  bool Holds(uint32_t key) const { return !rows_.empty() && key >= rows_.front().key; }

  // Inserts what is staged into the tables, in the open transaction.
  absl::Status Write();
  void Discard() { rows_.clear(); }

  // Of the virtual tables; public for the functions that SQLite calls.
  struct Row {
    const Order* order;
    int64_t source_version;
    uint32_t key;
    uint32_t customer_key;
  };
  const std::vector<Row>& rows() const { return rows_; }

 private:
  StagedOrders() = default;

  std::vector<Row> rows_;
  Statement insert_orders_, insert_lines_;
};

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_STAGED_ORDERS_H_
