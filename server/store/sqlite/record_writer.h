#ifndef STRATA_SERVER_STORE_SQLITE_RECORD_WRITER_H_
#define STRATA_SERVER_STORE_SQLITE_RECORD_WRITER_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/status_macros.h"
#include "server/domain/record.h"
#include "server/store/sqlite/connection.h"
#include "server/store/sqlite/staged_orders.h"

namespace strata::store {

// Writes records by key, inside the caller's transaction. Knows nothing of ids already there,
// versions or rules: the ingest writer decides before it calls.
//
// New orders are staged and reach the file together, at the latest with Flush: whoever reads an
// order back calls MakeReadable first.
class RecordWriter {
 public:
  static absl::StatusOr<std::unique_ptr<RecordWriter>> Create(Connection& connection);

  // A new customer, or a new state of one: its row and all its attributes.
  absl::Status Insert(uint32_t key, const Customer& customer, bool placeholder);
  absl::Status Update(uint32_t key, const Customer& customer, bool placeholder);

  // A new fact of a customer, or a new state of one, which may then be another customer's.
  // `source_version` stands in for the record's own. Keys of new facts rise.
  absl::Status Insert(uint32_t key, uint32_t customer_key, const Order& order,
                      int64_t source_version);
  absl::Status Insert(uint32_t key, uint32_t customer_key, const Ticket& ticket,
                      int64_t source_version);
  absl::Status Insert(uint32_t key, uint32_t customer_key, const Contract& contract,
                      int64_t source_version);
  absl::Status Insert(uint32_t key, uint32_t customer_key, const Survey& survey,
                      int64_t source_version);
  template <typename Fact>
  absl::Status Update(uint32_t key, uint32_t customer_key, const Fact& fact,
                      int64_t source_version);

  // Writes the staged orders; they are borrowed until then.
  absl::Status Flush() { return staged_orders_->Write(); }
  void DiscardStaged() { staged_orders_->Discard(); }
  // Sees to it that a record is in the file.
  absl::Status MakeReadable(RecordKind kind, uint32_t key) {
    if (kind != RecordKind::kOrder || !staged_orders_->Holds(key)) return absl::OkStatus();
    return Flush();
  }

  // Removes a record with its lines or attributes. A customer must have no facts left.
  absl::Status Delete(RecordKind kind, uint32_t key);

 private:
  RecordWriter() = default;
  absl::Status InsertAttributes(uint32_t key, const Customer& customer);

  Statement insert_customer_, update_customer_, insert_attribute_, delete_attributes_;
  std::unique_ptr<StagedOrders> staged_orders_;
  Statement delete_lines_;
  Statement insert_ticket_, insert_contract_, insert_survey_;
  Statement delete_[kRecordKinds];
};

template <typename Fact>
absl::Status RecordWriter::Update(uint32_t key, uint32_t customer_key, const Fact& fact,
                                  int64_t source_version) {
  constexpr RecordKind kind = std::is_same_v<Fact, Order>      ? RecordKind::kOrder
                              : std::is_same_v<Fact, Ticket>   ? RecordKind::kTicket
                              : std::is_same_v<Fact, Contract> ? RecordKind::kContract
                                                               : RecordKind::kSurvey;
  STRATA_RETURN_IF_ERROR(Delete(kind, key));
  STRATA_RETURN_IF_ERROR(Insert(key, customer_key, fact, source_version));
  return kind == RecordKind::kOrder ? Flush() : absl::OkStatus();
}

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_RECORD_WRITER_H_
