#ifndef STRATA_SERVER_STORE_SQLITE_RECORD_READER_H_
#define STRATA_SERVER_STORE_SQLITE_RECORD_READER_H_

#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/domain/record.h"
#include "server/store/sqlite/connection.h"
#include "server/store/sqlite/stored_record.h"

namespace strata::store {

// Reads records back. DATA_LOSS where the file holds what no writer of ours wrote.
class RecordReader {
 public:
  static absl::StatusOr<std::unique_ptr<RecordReader>> Create(Connection& connection);

  // One record by its key, its text copied into `arena`. NOT_FOUND when there is none.
  absl::Status Read(uint32_t key, TextArena& arena, StoredCustomer& customer);
  absl::Status Read(uint32_t key, TextArena& arena, StoredOrder& order);
  absl::Status Read(uint32_t key, TextArena& arena, StoredTicket& ticket);
  absl::Status Read(uint32_t key, TextArena& arena, StoredContract& contract);
  absl::Status Read(uint32_t key, TextArena& arena, StoredSurvey& survey);

  // The id of a record of any kind; NOT_FOUND when there is none.
  absl::StatusOr<std::string> ReadId(RecordKind kind, uint32_t key);

  // Every record of a kind in ascending key order. Text lives until the visitor returns.
  using CustomerVisitor =
      absl::FunctionRef<void(uint32_t key, const Customer& customer, bool placeholder)>;
  template <typename Fact>
  using FactVisitor =
      absl::FunctionRef<void(uint32_t key, uint32_t customer_key, const Fact& fact)>;
  absl::Status ScanCustomers(CustomerVisitor visit);
  absl::Status ScanTickets(FactVisitor<Ticket> visit);
  absl::Status ScanContracts(FactVisitor<Contract> visit);
  absl::Status ScanSurveys(FactVisitor<Survey> visit);

  // The orders with a key in [first_key, last_key] and their lines.
  absl::Status ReadOrders(uint32_t first_key, uint32_t last_key, OrderChunk& chunk);

  // The highest key of a kind that is in the file; 0 when there is none.
  absl::StatusOr<uint32_t> LastKey(RecordKind kind);

 private:
  explicit RecordReader(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  Statement customer_, attributes_, order_, lines_, ticket_, contract_, survey_;
  Statement order_range_, line_range_;
};

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_RECORD_READER_H_
