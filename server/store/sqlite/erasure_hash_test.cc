#include "server/store/sqlite/erasure_hash.h"

#include <numeric>
#include <string>

#include "gtest/gtest.h"

namespace strata::store {
namespace {

// Test vectors of SipHash-2-4-128 in the authors' reference code (vectors.h, vectors_sip128): key
// 00 01 .. 0f, message of n bytes 00 01 .. n-1; n is 0, 1 and 63.
TEST(ErasureHashTest, AgreesWithTheReferenceVectors) {
  HashKey key;
  std::iota(key.begin(), key.end(), 0);
  std::string message(63, '\0');
  std::iota(message.begin(), message.end(), 0);
  EXPECT_EQ(HashErasedId(key, ""), (IdHash{0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,  //
                                           0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93}));
  EXPECT_EQ(HashErasedId(key, message.substr(0, 1)),
            (IdHash{0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44,  //
                    0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45}));
  EXPECT_EQ(HashErasedId(key, message), (IdHash{0x51, 0x50, 0xd1, 0x77, 0x2f, 0x50, 0x83, 0x4a,  //
                                                0x50, 0x3e, 0x06, 0x9a, 0x97, 0x3f, 0xbd, 0x7c}));
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
