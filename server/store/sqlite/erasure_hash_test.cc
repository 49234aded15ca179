#include "server/store/sqlite/erasure_hash.h"

#include <cstring>
#include <string>

#include "gtest/gtest.h"

namespace strata::store {
namespace {

// The first test vectors of SipHash-2-4-128 in the authors' reference code (vectors.h,
// vectors_sip128): key 00 01 .. 0f, message of n bytes 00 01 .. n-1.
TEST(ErasureHashTest, AgreesWithTheReferenceVectors) {
  const HashKey key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
  const std::string empty;
  const IdHash none = HashErasedId(key, empty);
  EXPECT_EQ(none[0], 0xe6a825ba047f81a3u);
  EXPECT_EQ(none[1], 0x930255c71472f66du);
  const IdHash one = HashErasedId(key, std::string(1, '\0'));
  EXPECT_EQ(one[0], 0x44af996bd8c187dau);
  EXPECT_EQ(one[1], 0x45fc229b11597634u);
}

TEST(ErasureHashTest, EveryByteAndTheKeyCount) {
  const HashKey key = {1, 2};
  const std::string base = "a customer's id of some length";
  const IdHash hash = HashErasedId(key, base);
  EXPECT_EQ(HashErasedId(key, base), hash);
  for (size_t i = 0; i < base.size(); ++i) {
    std::string other = base;
    other[i] ^= 1;
    EXPECT_NE(HashErasedId(key, other), hash) << i;
  }
  EXPECT_NE(HashErasedId(key, base + std::string(1, '\0')), hash);
  EXPECT_NE(HashErasedId({1, 3}, base), hash);
}

}  // namespace
}  // namespace strata::store
