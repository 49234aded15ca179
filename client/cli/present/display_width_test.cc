#include "client/cli/present/display_width.h"

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

// By the Python package wcwidth 0.7.0, which follows Unicode 17 and what terminals do.
TEST(DisplayWidthTest, TakesWhatReadersSeeAsOne) {
  EXPECT_EQ(DisplayWidth("বাংলা"), 4);  // vowel signs beside their letters
  EXPECT_EQ(DisplayWidth("হুঁশ"), 2);     // and below and above them
  EXPECT_EQ(DisplayWidth("ঙ্ক্ষ"), 2);    // three joined consonants
  EXPECT_EQ(DisplayWidth("हिन्दी"), 4);
  EXPECT_EQ(DisplayWidth("ខ្មែរ"), 4);
  EXPECT_EQ(DisplayWidth("မြန်မာ"), 5);
  EXPECT_EQ(DisplayWidth("ไทย"), 3);
  EXPECT_EQ(DisplayWidth("\u1112\u1161\u11ab\u1100\u116e\u11a8"), 4);  // Korean, taken apart
  EXPECT_EQ(DisplayWidth("👨\u200d👩\u200d👧"), 2);
  EXPECT_EQ(DisplayWidth("👍🏽"), 2);
  EXPECT_EQ(DisplayWidth("🇩🇪🇫🇷"), 4);
  EXPECT_EQ(DisplayWidth("❤\ufe0f"), 2);
  EXPECT_EQ(DisplayWidth("❤"), 1);
  EXPECT_EQ(DisplayWidth("1\ufe0f\u20e3"), 2);
}

TEST(DisplayWidthTest, TakesNoColumnForColours) {
  EXPECT_EQ(DisplayWidth("\x1b[1;31mbad\x1b[0m"), 3);
  EXPECT_EQ(Pad("\x1b[32m▲\x1b[0m", 3, Align::kLeft), "\x1b[32m▲\x1b[0m  ");
}

TEST(TruncateTest, CutsNoCharacterOfReaders) {
  EXPECT_EQ(Truncate("👨\u200d👩\u200d👧 and more", 4), "👨\u200d👩\u200d👧 …");
  EXPECT_EQ(Truncate("👨\u200d👩\u200d👧 and more", 2), "…");
  EXPECT_EQ(Truncate("🇩🇪🇫🇷🇮🇹", 4), "🇩🇪…");
  EXPECT_EQ(Truncate("হুঁশিয়ার", 3), "হুঁ…");
  EXPECT_EQ(Truncate("e\u0301e\u0301e\u0301", 2), "e\u0301…");
}

TEST(TruncateTest, CutsNoColourAndLeavesNoneOn) {
  EXPECT_EQ(Truncate("\x1b[31mtoo long\x1b[0m", 4), "\x1b[31mtoo…\x1b[0m");
  EXPECT_EQ(Truncate("\x1b[31mab\x1b[0mcdef", 4), "\x1b[31mab\x1b[0mc…");
  EXPECT_EQ(Truncate("\x1b[31mfits\x1b[0m", 4), "\x1b[31mfits\x1b[0m");
}

}  // namespace
}  // namespace strata::cli
