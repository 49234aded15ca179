#include "server/ingest/identities.h"

namespace strata::ingest {

void Identities::LoadCustomer(uint64_t hash, uint32_t key, bool placeholder) {
  IndexOf(RecordKind::kCustomer).Insert(hash, key);
  if (customers_.size() < key) customers_.resize(key, CustomerState{0, 0, 0});
  customers_[key - 1].placeholder = placeholder ? 1 : 0;
  customers_[key - 1].loaded = 1;
  next_keys_[static_cast<size_t>(RecordKind::kCustomer)] = key + 1;
}

bool Identities::LoadFact(RecordKind kind, uint64_t hash, uint32_t key, image::Slot slot) {
  if (slot >= customers_.size() || customers_[slot].loaded == 0) return false;
  ++customers_[slot].facts;
  IndexOf(kind).Insert(hash, key);
  next_keys_[static_cast<size_t>(kind)] = key + 1;
  return true;
}

image::Slot Identities::FindCustomer(uint64_t hash, absl::string_view id) const {
  const image::TextList& ids = editor_.customer_ids();
  const uint32_t key = indexes_[static_cast<size_t>(RecordKind::kCustomer)].Find(
      hash, [&](uint32_t candidate) { return ids[candidate - 1] == id; });
  return key == IdIndex::kNoKey ? image::kNoSlot : key - 1;
}

image::Slot Identities::AddCustomer(uint64_t hash, absl::string_view id, bool placeholder) {
  const image::Slot slot = editor_.customer_ids().Append(id);
  customers_.resize(slot + 1, CustomerState{0, 0, 0});
  customers_[slot].placeholder = placeholder ? 1 : 0;
  IndexOf(RecordKind::kCustomer).Insert(hash, slot + 1);
  Log(Step::kAddId, RecordKind::kCustomer, hash, slot + 1);
  return slot;
}

void Identities::RemoveCustomer(image::Slot slot) {
  const uint64_t hash = HashId(CustomerId(slot));
  IndexOf(RecordKind::kCustomer).Erase(hash, slot + 1);
  Log(Step::kRemoveId, RecordKind::kCustomer, hash, slot + 1);
}

void Identities::SetPlaceholder(image::Slot slot, bool placeholder) {
  if (IsPlaceholder(slot) == placeholder) return;
  customers_[slot].placeholder = placeholder ? 1 : 0;
  Log(Step::kTogglePlaceholder, RecordKind::kCustomer, 0, slot);
}

void Identities::AddFact(RecordKind kind, uint64_t hash, image::Slot slot) {
  const uint32_t key = next_keys_[static_cast<size_t>(kind)]++;
  IndexOf(kind).Insert(hash, key);
  Log(Step::kAddId, kind, hash, key);
  ++customers_[slot].facts;
  Log(Step::kAddFact, kind, 0, slot);
}

void Identities::RemoveFact(RecordKind kind, uint64_t hash, uint32_t key, image::Slot slot) {
  IndexOf(kind).Erase(hash, key);
  Log(Step::kRemoveId, kind, hash, key);
  --customers_[slot].facts;
  Log(Step::kRemoveFact, kind, 0, slot);
}

void Identities::MoveFact(image::Slot from, image::Slot to) {
  if (from == to) return;
  --customers_[from].facts;
  Log(Step::kRemoveFact, RecordKind::kCustomer, 0, from);
  ++customers_[to].facts;
  Log(Step::kAddFact, RecordKind::kCustomer, 0, to);
}

bool Identities::AttributeTakes(absl::string_view key, image::AttributeKind kind) const {
  if (const auto known = editor_.AttributeKindOf(key); known.has_value()) return *known == kind;
  const auto found = new_attributes_.find(key);
  return found == new_attributes_.end() || found->second == kind;
}

void Identities::NoteAttribute(absl::string_view key, image::AttributeKind kind) {
  if (editor_.AttributeKindOf(key).has_value()) return;
  if (new_attributes_.try_emplace(key, kind).second) new_attribute_keys_.emplace_back(key);
}

Identities::Mark Identities::Now() const {
  return Mark{done_.size(), new_attribute_keys_.size(), editor_.customer_ids().size(), next_keys_};
}

void Identities::Undo(const Done& done) {
  switch (done.step) {
    case Step::kAddId:
      IndexOf(done.kind).Erase(done.hash, done.key_or_slot);
      break;
    case Step::kRemoveId:
      IndexOf(done.kind).Insert(done.hash, done.key_or_slot);
      break;
    case Step::kAddFact:
      --customers_[done.key_or_slot].facts;
      break;
    case Step::kRemoveFact:
      ++customers_[done.key_or_slot].facts;
      break;
    case Step::kTogglePlaceholder:
      customers_[done.key_or_slot].placeholder ^= 1;
      break;
  }
}

void Identities::UndoTo(const Mark& mark) {
  while (done_.size() > mark.steps) {
    Undo(done_.back());
    done_.pop_back();
  }
  while (new_attribute_keys_.size() > mark.attributes) {
    new_attributes_.erase(new_attribute_keys_.back());
    new_attribute_keys_.pop_back();
  }
  editor_.customer_ids().Truncate(mark.customers);
  customers_.resize(mark.customers, CustomerState{0, 0, 0});
  next_keys_ = mark.next_keys;
}

void Identities::Keep() {
  done_.clear();
  new_attributes_.clear();
  new_attribute_keys_.clear();
}

size_t Identities::MemoryBytes() const {
  size_t bytes = customers_.capacity() * sizeof(CustomerState) + done_.capacity() * sizeof(Done);
  for (const IdIndex& index : indexes_) bytes += index.MemoryBytes();
  return bytes;
}

}  // namespace strata::ingest
