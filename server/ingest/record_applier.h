#ifndef STRATA_SERVER_INGEST_RECORD_APPLIER_H_
#define STRATA_SERVER_INGEST_RECORD_APPLIER_H_

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/domain/record.h"
#include "server/domain/settings.h"
#include "server/image/editor.h"
#include "server/ingest/identities.h"
#include "server/ingest/reason.h"
#include "server/store/sqlite/server_db.h"
#include "server/store/sqlite/workspace_db.h"

namespace strata::ingest {

// Hashes of the ids of one record, made before it reaches the writer.
struct RecordHashes {
  uint64_t id = 0;
  uint64_t customer = 0;  // of facts
};
RecordHashes HashesOf(const Record& record);

// Decides what becomes of one record and brings it into the open transaction.
//
//   version   A record whose source_version is lower than the stored one's, or than that of the
//             deletion, is stale. An equal one is applied: the later arrival wins. A record without
//             a version is applied, and the id keeps the version it had.
//   content   A record that would change nothing stored (its version included) is a duplicate.
//   customer  A fact that names an unknown customer makes a placeholder, which becomes a full
//             customer when it is sent itself, and goes with the last fact that names it.
//   deletion  Leaves the id and version behind, also for an id that was never seen. A customer that
//             still has facts stays as a placeholder.
class RecordApplier {
 public:
  RecordApplier(store::WorkspaceDb& db, Identities& ids, image::Editor& editor,
                const store::ErasedIds& erased);

  // Starts a transaction: `changes` collects what the image is to learn. `orders` is an upper bound
  // of the orders that will come. Borrows everything until the next one starts.
  void StartGroup(const image::Revision& current, size_t orders, image::Changes* changes);

  // Fills in for customers that are being erased but whose rows are still there.
  void SetErasing(image::Slot slot) { erasing_.insert(slot); }
  void ClearErasing(image::Slot slot) { erasing_.erase(slot); }

  // A fault that shows only in this workspace: an erased customer, a foreign currency, an attribute
  // of another kind, one status too many. `record` has no fault by itself.
  std::optional<Fault> FindFault(const Record& record, const RecordHashes& hashes);

  // `record` has no fault. Counts customers that it makes in `placeholders`. When it fails the
  // caller must roll back.
  absl::StatusOr<Outcome> Apply(const Record& record, const RecordHashes& hashes,
                                int64_t& placeholders);

 private:
  absl::StatusOr<Outcome> ApplyCustomer(const Customer& customer, uint64_t hash);
  template <typename Fact, typename Stored>
  absl::StatusOr<Outcome> ApplyFact(RecordKind kind, const Record& record, const Fact& fact,
                                    const RecordHashes& hashes, Stored& stored,
                                    int64_t& placeholders);
  absl::StatusOr<Outcome> ApplyDeletion(const Deletion& deletion, uint64_t hash);
  template <typename Stored>
  absl::StatusOr<Outcome> DeleteFact(const Deletion& deletion, uint64_t hash, Stored& stored);
  absl::StatusOr<Outcome> DeleteCustomer(const Deletion& deletion, uint64_t hash);
  absl::StatusOr<Outcome> DeleteUnknown(const Deletion& deletion, uint64_t hash);

  // The key of the stored fact with this id, read into `stored`; kNoKey when there is none.
  template <typename Stored>
  absl::StatusOr<uint32_t> FindStored(RecordKind kind, absl::string_view id, uint64_t hash,
                                      Stored& stored);
  // The version at which a record that is not stored was deleted; nullopt when it was not.
  absl::StatusOr<std::optional<int64_t>> FindDeleted(RecordKind kind, absl::string_view id,
                                                     uint64_t hash);
  absl::StatusOr<image::Slot> EnsureCustomer(image::Slot slot, absl::string_view id, uint64_t hash,
                                             int64_t& placeholders);
  absl::Status DropIfUnused(image::Slot slot);

  // The customer as it will stand: `sent` over `base` as its mask says, attributes ascending by
  // key.
  Customer Merge(const Customer& sent, const Customer& base);

  bool IsErased(absl::string_view id, uint64_t hash) const;
  bool IsOneStatusTooMany(absl::string_view status);
  void Remove(RecordKind kind, uint32_t key, image::Slot slot) {
    changes_->list.push_back(image::Changes::Remove{kind, key, slot});
  }

  store::WorkspaceDb& db_;
  Identities& ids_;
  image::Editor& editor_;
  const store::ErasedIds& erased_;
  absl::flat_hash_set<image::Slot> erasing_;

  const image::Revision* current_ = nullptr;
  image::Changes* changes_ = nullptr;
  bool statuses_run_short_ = false;
  absl::flat_hash_set<absl::string_view> new_statuses_;  // when they do

  // What the stored side of a comparison is read into.
  store::TextArena scratch_;
  store::StoredCustomer stored_customer_;
  store::StoredOrder stored_order_;
  store::StoredTicket stored_ticket_;
  store::StoredContract stored_contract_;
  store::StoredSurvey stored_survey_;

  // What `changes_` borrows beside the batches: merged customers.
  store::TextArena group_text_;
  std::deque<std::vector<Attribute>> group_attributes_;
};

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_RECORD_APPLIER_H_
