#include "server/domain/unicode.h"

#include <string>

#include "gtest/gtest.h"

namespace strata {
namespace {

TEST(FirstCharacterTest, ReadsOneCharacter) {
  EXPECT_EQ(FirstCharacter("abc").code, 'a');
  EXPECT_EQ(FirstCharacter("ü!").code, 0xFC);
  EXPECT_EQ(FirstCharacter("ü!").bytes, 2u);
  EXPECT_EQ(FirstCharacter("東").bytes, 3u);
  EXPECT_EQ(FirstCharacter("😀").code, 0x1F600);
  EXPECT_EQ(FirstCharacter(absl::string_view("\0", 1)).code, 0);
}

TEST(FirstCharacterTest, TakesOneByteOfWhatIsNoUtf8) {
  // RFC 3629, sections 3 and 10: bytes that never occur, a character cut short, overlong forms, a
  // surrogate, beyond U+10FFFF.
  for (const std::string text : {"\xFF", "\x80z", "\xE6\x9D", "\xE6z", "\xC0\x80", "\xE0\x80\xAF",
                                 "\xED\xA0\x80", "\xF4\x90\x80\x80"}) {
    EXPECT_EQ(FirstCharacter(text).code, Character::kInvalid) << text;
    EXPECT_EQ(FirstCharacter(text).bytes, 1u) << text;
    EXPECT_FALSE(IsUtf8("before" + text)) << text;
  }
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("Zürich 東京 😀 \xF4\x8F\xBF\xBF"));
}

TEST(CutTest, CutsBetweenCharacters) {
  EXPECT_EQ(CutToValidUtf8("abc", 2), "ab");
  EXPECT_EQ(CutToValidUtf8("é客", 5), "é客");
  EXPECT_EQ(CutToValidUtf8("é客", 4), "é");
  EXPECT_EQ(CutToValidUtf8("ab\xFFgh", 5), "ab");
  EXPECT_EQ(CutToValidUtf8("", 5), "");
}

TEST(PrintableTest, WritesOutWhatIsNotSeenOrMovesTheCursor) {
  EXPECT_EQ(Printable("a\x1b[31mb\n\tc\r"), R"(a\u{1b}[31mb\n\tc\r)");
  EXPECT_EQ(Printable(std::string("\x7F\0z", 3)), R"(\u{7f}\u{0}z)");
  EXPECT_EQ(Printable("\u009b1m"), R"(\u{9b}1m)");  // a C1 control, which some terminals obey
  EXPECT_EQ(Printable("a\xFFz"), R"(a\xffz)");
  EXPECT_EQ(Printable("x\u202egpj.exe"), R"(x\u{202e}gpj.exe)");
  for (int code = 0x202A; code <= 0x202E; ++code) {
    const std::string text = {'\xE2', '\x80', static_cast<char>(0x80 | (code & 0x3F))};
    EXPECT_EQ(Printable(text)[0], '\\') << code;
  }
  EXPECT_EQ(Printable("\u2066\u2069\u200e\u200f\u061c"),
            R"(\u{2066}\u{2069}\u{200e}\u{200f}\u{61c})");
  EXPECT_EQ(Printable("pay\u200bpal\u2060\ufeff\u00ad"), R"(pay\u{200b}pal\u{2060}\u{feff}\u{ad})");
  EXPECT_EQ(Printable("\U000e0041x"), R"(\u{e0041}x)");  // a tag
  EXPECT_EQ(Printable("\u2028\u2029"), R"(\u{2028}\u{2029})");
  EXPECT_EQ(Printable("A\u200dB"), R"(A\u{200d}B)");
  EXPECT_EQ(Printable("A\ufe0fB"), R"(A\u{fe0f}B)");
  EXPECT_EQ(Printable("東\ufe0f\U000e0101\U000e0102"), R"(東\u{fe0f}\u{e0101}\u{e0102})");
}

TEST(PrintableTest, KeepsWhatWritingNeeds) {
  for (const std::string text :
       {"Zürich", "Zu\u0308rich", "東京", "हिन्दी", "বাংলা", "ខ្មែរ", "မြန်မာ", "👩\u200d👧", "❤\ufe0f",
        "👍🏽", "🏳\ufe0f\u200d🌈", "1\ufe0f\u20e3", "🇩🇪", "می\u200cخواهم", "क्\u200dष",
        "\u06dd١", "–…°"}) {
    EXPECT_EQ(Printable(text), text);
    EXPECT_EQ(PrintableJson(text), text);
  }
}

TEST(PrintableTest, IsDoneOnce) {
  const std::string once = Printable("a\x1b\u202e\xFFz\n");
  EXPECT_EQ(Printable(once), once);
}

TEST(PrintableLinesTest, KeepsLinesAndTabs) {
  EXPECT_EQ(PrintableLines("a\n\tb\r\x1b"), "a\n\tb\\r\\u{1b}");
}

TEST(PrintableJsonTest, ChangesNoValue) {
  EXPECT_EQ(PrintableJson("{\n \"a\": \"x\u202ey\u009b\U000e0041\"}"),
            "{\n \"a\": \"x\\u202ey\\u009b\\udb40\\udc41\"}");
}

}  // namespace
}  // namespace strata
