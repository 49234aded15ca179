#include "server/ingest/id_index.h"

#include <cstdint>
#include <map>
#include <random>
#include <unordered_map>
#include <vector>

#include "gtest/gtest.h"

namespace strata::ingest {
namespace {

uint32_t Find(const IdIndex& index, uint64_t hash, uint32_t key) {
  return index.Find(hash, [key](uint32_t candidate) { return candidate == key; });
}

TEST(IdIndexTest, FindsWhatWasInserted) {
  IdIndex index;
  EXPECT_EQ(Find(index, 5, 1), IdIndex::kNoKey);
  index.Insert(5, 1);
  EXPECT_EQ(Find(index, 5, 1), 1u);
  EXPECT_EQ(Find(index, 5, 2), IdIndex::kNoKey);
  EXPECT_EQ(Find(index, 6, 1), IdIndex::kNoKey);
}

TEST(IdIndexTest, AsksTheCallerAmongEqualHashes) {
  IdIndex index;
  for (uint32_t key = 1; key <= 50; ++key) index.Insert(42, key);
  for (uint32_t key = 1; key <= 50; ++key) EXPECT_EQ(Find(index, 42, key), key);
  for (uint32_t key = 1; key <= 50; key += 2) index.Erase(42, key);
  for (uint32_t key = 1; key <= 50; ++key) {
    EXPECT_EQ(Find(index, 42, key), key % 2 == 0 ? key : IdIndex::kNoKey);
  }
}

// Hashes that crowd into few places, at both ends of a segment, so that runs wrap around.
TEST(IdIndexTest, RandomHistoriesAgreeWithAMap) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    IdIndex index;
    std::map<uint32_t, uint64_t> model;
    uint32_t next_key = 1;
    for (int step = 0; step < 3'000; ++step) {
      if (random() % 5 < 3 || model.empty()) {
        const uint64_t segment = random() % 2 << 56;
        const uint64_t tag = random() % 2 == 0 ? random() % 40 : 0xFFFFFFFF - random() % 40;
        index.Insert(segment | tag, next_key);
        model[next_key++] = segment | tag;
      } else {
        auto victim = model.lower_bound(static_cast<uint32_t>(random() % next_key));
        if (victim == model.end()) victim = model.begin();
        index.Erase(victim->second, victim->first);
        index.Erase(victim->second, victim->first);  // gone already: nothing happens
        model.erase(victim);
      }
    }
    ASSERT_EQ(index.size(), model.size());
    for (uint32_t key = 1; key < next_key; ++key) {
      const auto found = model.find(key);
      if (found != model.end()) {
        ASSERT_EQ(Find(index, found->second, key), key);
      }
    }
    size_t seen = 0;
    for (const auto& [key, hash] : model) seen += Find(index, hash, key) == key ? 1 : 0;
    EXPECT_EQ(seen, model.size());
  }
}

TEST(IdIndexTest, CostsAboutElevenBytesAKey) {
  std::mt19937_64 random(1);
  IdIndex index;
  std::vector<uint64_t> hashes;
  for (uint32_t key = 1; key <= 500'000; ++key) {
    hashes.push_back(random());
    index.Insert(hashes.back(), key);
  }
  EXPECT_LT(static_cast<double>(index.MemoryBytes()) / 500'000, 12.5);
  for (uint32_t key = 1; key <= 500'000; ++key) {
    ASSERT_EQ(Find(index, hashes[key - 1], key), key);
  }
  // A hash that is not there leads to a caller's check once in thousands of millions.
  int asked = 0;
  for (int i = 0; i < 500'000; ++i) {
    index.Find(random(), [&asked](uint32_t) {
      ++asked;
      return false;
    });
  }
  EXPECT_LE(asked, 3);
}

TEST(IdIndexTest, ReserveKeepsEverything) {
  IdIndex index;
  index.Insert(7, 1);
  index.Reserve(100'000);
  const size_t bytes = index.MemoryBytes();
  std::mt19937_64 random(3);
  for (uint32_t key = 2; key <= 100'000; ++key) index.Insert(random(), key);
  EXPECT_EQ(Find(index, 7, 1), 1u);
  EXPECT_LT(index.MemoryBytes(), bytes + bytes / 8) << "hardly a segment had to grow";
}

}  // namespace
}  // namespace strata::ingest
