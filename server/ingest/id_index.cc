#include "server/ingest/id_index.h"

#include <utility>

namespace strata::ingest {
namespace {

constexpr size_t kFirstSlots = 16;

// A segment is at most 5/6 full: after growing by a quarter it is 2/3 full, 3/4 on average.
constexpr bool IsFull(size_t used, size_t slots) { return used * 6 >= slots * 5; }

}  // namespace

void IdIndex::Segment::Put(Slot slot) {
  size_t i = Home(slot.tag);
  while (slots[i].key != kNoKey) i = Next(i);
  slots[i] = slot;
}

void IdIndex::Segment::Resize(size_t slot_count) {
  std::vector<Slot> old(slot_count);
  std::swap(old, slots);
  for (const Slot slot : old) {
    if (slot.key != kNoKey) Put(slot);
  }
}

void IdIndex::Insert(uint64_t hash, uint32_t key) {
  Segment& segment = segments_[hash >> 56];
  if (IsFull(segment.used + 1, segment.slots.size())) {
    const size_t slots = segment.slots.size();
    segment.Resize(slots == 0 ? kFirstSlots : slots + slots / 4);
  }
  segment.Put({static_cast<uint32_t>(hash), key});
  ++segment.used;
}

void IdIndex::Erase(uint64_t hash, uint32_t key) {
  Segment& segment = segments_[hash >> 56];
  if (segment.slots.empty()) return;
  std::vector<Slot>& slots = segment.slots;
  size_t hole = segment.Home(static_cast<uint32_t>(hash));
  while (slots[hole].key != key) {
    if (slots[hole].key == kNoKey) return;
    hole = segment.Next(hole);
  }
  --segment.used;
  // Moves up whatever the hole would cut off from its home.
  for (size_t i = segment.Next(hole); slots[i].key != kNoKey; i = segment.Next(i)) {
    const size_t home = segment.Home(slots[i].tag);
    const bool reaches_past_hole =
        hole < i ? (home <= hole || home > i) : (home <= hole && home > i);
    if (!reaches_past_hole) continue;
    slots[hole] = slots[i];
    hole = i;
  }
  slots[hole] = Slot{};
}

void IdIndex::Reserve(size_t keys) {
  // Segments differ by a few standard deviations of a random split.
  const size_t each = keys / segments_.size();
  const size_t slots = (each + each / 16) * 6 / 5 + kFirstSlots;
  for (Segment& segment : segments_) {
    if (segment.slots.size() < slots) segment.Resize(slots);
  }
}

size_t IdIndex::size() const {
  size_t keys = 0;
  for (const Segment& segment : segments_) keys += segment.used;
  return keys;
}

size_t IdIndex::MemoryBytes() const {
  size_t slots = 0;
  for (const Segment& segment : segments_) slots += segment.slots.capacity();
  return slots * sizeof(Slot) + sizeof(*this);
}

}  // namespace strata::ingest
