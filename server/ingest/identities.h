#ifndef STRATA_SERVER_INGEST_IDENTITIES_H_
#define STRATA_SERVER_INGEST_IDENTITIES_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "server/domain/record.h"
#include "server/image/editor.h"
#include "server/ingest/id_index.h"

namespace strata::ingest {

inline uint64_t HashId(absl::string_view id) { return absl::Hash<absl::string_view>{}(id); }

// What the writer of a workspace knows in memory about who and what is stored: keys by id, which
// customers are placeholders and how many facts each has, ids that were deleted, kinds of
// attributes. Follows the open transaction, part by part: UndoTo takes back what a rolled back part
// did. Used by the writer thread.
class Identities {
 public:
  // `editor` lists the customers' ids by slot and knows the attribute kinds of what it holds.
  explicit Identities(image::Editor& editor) : editor_(editor) {}

  // While loading, in ascending key order.
  void LoadCustomer(uint64_t hash, uint32_t key, bool placeholder);
  // False when the file holds no customer of this slot; then nothing happens.
  bool LoadFact(RecordKind kind, uint64_t hash, uint32_t key, image::Slot slot);
  void Reserve(RecordKind kind, size_t keys) { IndexOf(kind).Reserve(keys); }

  // Customers.
  image::Slot FindCustomer(uint64_t hash, absl::string_view id) const;
  absl::string_view CustomerId(image::Slot slot) const { return editor_.customer_ids()[slot]; }
  image::Slot AddCustomer(uint64_t hash, absl::string_view id, bool placeholder);
  void RemoveCustomer(image::Slot slot);
  bool IsPlaceholder(image::Slot slot) const { return customers_[slot].placeholder; }
  void SetPlaceholder(image::Slot slot, bool placeholder);
  uint32_t FactsOf(image::Slot slot) const { return customers_[slot].facts; }

  // Facts. `is_match(key)` tells whether the stored record of that key has the id sought.
  template <typename IsMatch>
  uint32_t FindFact(RecordKind kind, uint64_t hash, IsMatch is_match) const {
    return indexes_[static_cast<size_t>(kind)].Find(hash, is_match);
  }
  // The key of the fact that AddFact will add; 0 when all 2^32 - 1 are used up.
  uint32_t NextKey(RecordKind kind) const { return next_keys_[static_cast<size_t>(kind)]; }
  void AddFact(RecordKind kind, uint64_t hash, image::Slot slot);
  void RemoveFact(RecordKind kind, uint64_t hash, uint32_t key, image::Slot slot);
  void MoveFact(image::Slot from, image::Slot to);
  void Prefetch(RecordKind kind, uint64_t hash) const {
    indexes_[static_cast<size_t>(kind)].Prefetch(hash);
  }

  // False only when no record of this id was ever deleted. Not undone: it may say true too often.
  bool MayBeDeleted(RecordKind kind, uint64_t hash) const {
    const auto& deleted = deleted_[static_cast<size_t>(kind)];
    return !deleted.empty() && deleted.contains(hash);
  }
  void NoteDeleted(RecordKind kind, uint64_t hash) {
    deleted_[static_cast<size_t>(kind)].insert(hash);
  }

  // Whether an attribute may take a value of this kind, and that it has.
  bool AttributeTakes(absl::string_view key, image::AttributeKind kind) const;
  void NoteAttribute(absl::string_view key, image::AttributeKind kind);

  // A point to go back to. Keep forgets how to go back before now, after a commit and its Apply.
  struct Mark {
    size_t steps = 0, attributes = 0;
    uint32_t customers = 0;
    std::array<uint32_t, kRecordKinds> next_keys = {};
  };
  Mark Now() const;
  void UndoTo(const Mark& mark);
  void Keep();

  size_t MemoryBytes() const;

 private:
  struct CustomerState {
    uint32_t facts : 30;
    uint32_t placeholder : 1;
    uint32_t loaded : 1;  // came from the file; says nothing after loading
  };
  enum class Step : uint8_t { kAddId, kRemoveId, kAddFact, kRemoveFact, kTogglePlaceholder };
  struct Done {
    uint64_t hash;
    uint32_t key_or_slot;
    Step step;
    RecordKind kind;
  };

  IdIndex& IndexOf(RecordKind kind) { return indexes_[static_cast<size_t>(kind)]; }
  void Log(Step step, RecordKind kind, uint64_t hash, uint32_t key_or_slot) {
    done_.push_back({hash, key_or_slot, step, kind});
  }
  void Undo(const Done& done);

  image::Editor& editor_;
  std::array<IdIndex, kRecordKinds> indexes_;
  std::array<uint32_t, kRecordKinds> next_keys_ = {1, 1, 1, 1, 1};
  std::vector<CustomerState> customers_;  // by slot
  std::array<absl::flat_hash_set<uint64_t>, kRecordKinds> deleted_;
  // Of attributes that no applied revision has yet.
  absl::flat_hash_map<std::string, image::AttributeKind> new_attributes_;
  std::vector<std::string> new_attribute_keys_;  // in order, to undo
  std::vector<Done> done_;
};

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_IDENTITIES_H_
