#include "client/cli/display_width.h"

#include "gtest/gtest.h"

namespace strata::cli {
namespace {

TEST(DisplayWidthTest, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("Zürich"), 6);
  EXPECT_EQ(DisplayWidth("Zu\xCC\x88rich"), 6);  // u and a combining diaeresis
  EXPECT_EQ(DisplayWidth("東京"), 4);
  EXPECT_EQ(DisplayWidth("한국"), 4);
  EXPECT_EQ(DisplayWidth("█▏"), 2);
  EXPECT_EQ(DisplayWidth("😀"), 2);
}

TEST(DisplayWidthTest, TakesWhatIsNoUtf8AsOneColumnAByte) {
  EXPECT_EQ(DisplayWidth("\xFF\xFE"), 2);
  EXPECT_EQ(DisplayWidth("a\xE6\x9D"), 3);         // cut in the middle of a character
  EXPECT_EQ(DisplayWidth("\xC0\x80"), 2);          // overlong
  EXPECT_EQ(DisplayWidth("\xED\xA0\x80"), 3);      // a surrogate
  EXPECT_EQ(DisplayWidth("\xF4\x90\x80\x80"), 4);  // beyond U+10FFFF
}

TEST(PadTest, FillsUpToTheWidth) {
  EXPECT_EQ(Pad("ü", 3, Align::kLeft), "ü  ");
  EXPECT_EQ(Pad("東", 3, Align::kRight), " 東");
  EXPECT_EQ(Pad("long", 3, Align::kRight), "long");
}

TEST(TruncateTest, CutsBetweenCharacters) {
  EXPECT_EQ(Truncate("Zürich", 6), "Zürich");
  EXPECT_EQ(Truncate("Zürich", 3), "Zü…");
  EXPECT_EQ(Truncate("東京都", 4), "東…");
  EXPECT_EQ(Truncate("東京都", 5), "東京…");
}

TEST(PrintableTest, LetsNoControlCharacterThrough) {
  EXPECT_EQ(Printable("Zürich"), "Zürich");
  EXPECT_EQ(Printable("a\x1b[31mb\n"), "a?[31mb?");
  EXPECT_EQ(Printable("a\xFFz"), "a?z");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "x"),
            "?x");  // a C1 control, which some terminals obey
}

}  // namespace
}  // namespace strata::cli
