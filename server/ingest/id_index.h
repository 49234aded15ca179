#ifndef STRATA_SERVER_INGEST_ID_INDEX_H_
#define STRATA_SERVER_INGEST_ID_INDEX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace strata::ingest {

// From the hash of a record's id to its key, in about 11 bytes a record. Ids themselves stay in the
// file: a caller checks each candidate key, of which a wrong one turns up once in billions.
//
// 256 segments by the top byte of the hash, so that growing one stalls nobody; each is an open
// addressing table of {low 32 bits of the hash, key} that grows by a quarter. A slot's place
// follows from its 32 bits alone, so growing needs neither ids nor full hashes.
class IdIndex {
 public:
  static constexpr uint32_t kNoKey = 0;  // keys start at 1

  // The first key under `hash` for which is_match(key) holds; kNoKey when there is none.
  template <typename IsMatch>
  uint32_t Find(uint64_t hash, IsMatch is_match) const {
    const Segment& segment = segments_[hash >> 56];
    if (segment.slots.empty()) return kNoKey;
    const uint32_t tag = static_cast<uint32_t>(hash);
    for (size_t i = segment.Home(tag);; i = segment.Next(i)) {
      const Slot slot = segment.slots[i];
      if (slot.key == kNoKey) return kNoKey;
      if (slot.tag == tag && is_match(slot.key)) return slot.key;
    }
  }

  // Adds a key that is not there.
  void Insert(uint64_t hash, uint32_t key);
  // Removes a key that is there under this hash.
  void Erase(uint64_t hash, uint32_t key);

  // Makes room for about `keys` keys in all.
  void Reserve(size_t keys);

  // Brings the place of `hash` into the cache.
  void Prefetch(uint64_t hash) const {
    const Segment& segment = segments_[hash >> 56];
    if (segment.slots.empty()) return;
    __builtin_prefetch(&segment.slots[segment.Home(static_cast<uint32_t>(hash))]);
  }

  size_t size() const;
  size_t MemoryBytes() const;

 private:
  struct Slot {
    uint32_t tag = 0;
    uint32_t key = kNoKey;
  };
  struct Segment {
    std::vector<Slot> slots;
    size_t used = 0;

    size_t Home(uint32_t tag) const { return (uint64_t{tag} * slots.size()) >> 32; }
    size_t Next(size_t i) const { return i + 1 == slots.size() ? 0 : i + 1; }
    void Put(Slot slot);
    void Resize(size_t slot_count);
  };

  std::array<Segment, 256> segments_;
};

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_ID_INDEX_H_
