#include "server/rpc/transport/content_hash.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "strata/v1/records.pb.h"

namespace strata::rpc {
namespace {

// Stored hashes must be known in every release: these values never change. Those of the empty text
// stand in xxHash's specification of XXH3 as its results for an input of no bytes.
TEST(ContentHashTest, HashesAreThoseOfXxh3) {
  EXPECT_EQ(HashOf(""), 0x2d06800538d394c2u);
  EXPECT_EQ(absl::BytesToHexString(FingerprintOf("")),
            "02"
            "99aa06d3014798d86001c324468d497f");
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
  EXPECT_EQ(CanonicalBytes(a), CanonicalBytes(b));
  (*b.mutable_attributes())["plan"].set_text("y");
  EXPECT_NE(HashOf(a), HashOf(b));
  EXPECT_NE(FingerprintOf(CanonicalBytes(a)), FingerprintOf(CanonicalBytes(b)));
}

}  // namespace
}  // namespace strata::rpc
