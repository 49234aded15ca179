#include "server/rpc/content_hash.h"

#include "gtest/gtest.h"
#include "strata/v1/records.pb.h"

namespace strata::rpc {
namespace {

TEST(ContentHashTest, AgreesWithPublishedValuesOfMurmurHash3) {
  EXPECT_EQ(HashOf(""), (Hash128{0, 0}));
  EXPECT_EQ(HashOf("hello"), (Hash128{0xcbd8a7b341bd9b02, 0x5b1e906a48ae1d19}));
  EXPECT_EQ(HashOf("The quick brown fox jumps over the lazy dog"),
            (Hash128{0xe34bbc7bbc071b6c, 0x7a433ca9c49a9347}));
}

TEST(ContentHashTest, DoesNotDependOnTheOrderOfAMap) {
  v1::Customer a, b;
  for (const char* key : {"plan", "seats", "region", "since", "score"}) {
    (*a.mutable_attributes())[key].set_text("x");
  }
  for (const char* key : {"score", "since", "region", "seats", "plan"}) {
    (*b.mutable_attributes())[key].set_text("x");
  }
  EXPECT_EQ(HashOf(a), HashOf(b));
  (*b.mutable_attributes())["plan"].set_text("y");
  EXPECT_FALSE(HashOf(a) == HashOf(b));
}

TEST(ContentHashTest, BytesAreLittleEndian) {
  EXPECT_EQ(BytesOf({0x0807060504030201, 0x100f0e0d0c0b0a09}),
            "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10");
}

}  // namespace
}  // namespace strata::rpc
