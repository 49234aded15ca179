#include "client/cli/import/values/text_normal.h"

#include <gtest/gtest.h>

namespace strata::imports {
namespace {

TEST(NormaliseText, ComposesAndDropsWhatNobodySees) {
  EXPECT_EQ(NormaliseText("  a  b "), "a b");
  EXPECT_EQ(NormaliseText("\xC2\xA0"
                          "a\xE3\x80\x80"
                          "b\xC2\xA0"),
            "a b")
      << "no-break and ideographic blanks";
  EXPECT_EQ(NormaliseText("\xE2\x80\x8B"
                          "a\xEF\xBB\xBF"),
            "a")
      << "zero-width blank, byte order mark";
  EXPECT_EQ(NormaliseText("Cafe\xCC\x81"), "Caf\xC3\xA9");
  const std::string family = "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA6";
  EXPECT_EQ(NormaliseText(family), family) << "the joiner makes one of two";
  EXPECT_EQ(NormaliseText("\xFF x "), "\xFF x");
}

TEST(LookalikeKey, IsOneForAllThatPeopleTakeForOne) {
  EXPECT_EQ(LookalikeKey("Turkey "), LookalikeKey("turkey"));
  EXPECT_EQ(LookalikeKey("Stra\xC3\x9F"
                         "e"),
            LookalikeKey("STRASSE"));
  EXPECT_EQ(LookalikeKey("\xE2\x80\x8B"
                         "c"),
            LookalikeKey("C"));
  EXPECT_EQ(LookalikeKey("\xC3\x89t\xC3\xA9"), LookalikeKey("e\xCC\x81te\xCC\x81"));
  EXPECT_NE(LookalikeKey("a"), LookalikeKey("b"));
  EXPECT_NE(LookalikeKey("a b"), LookalikeKey("ab"));
}

}  // namespace
}  // namespace strata::imports
