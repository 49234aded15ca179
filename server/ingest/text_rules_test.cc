#include "server/ingest/text_rules.h"

#include <string>

#include "gtest/gtest.h"

namespace strata::ingest {
namespace {

TEST(TextRulesTest, AcceptsUtf8OfEveryLength) {
  for (const char* text :
       {"", "plain", "~ !", "é", "\u00A0", "客户", "😀", "\U0010FFFF", "\uFFFD"}) {
    EXPECT_EQ(CheckText(text), TextFault::kNone) << text;
  }
}

TEST(TextRulesTest, FindsControlCharacters) {
  for (const std::string& text :
       {std::string("a\0b", 3), std::string("\n"), std::string("\x1f"), std::string("\x7f"),
        std::string("é\tx"), std::string("\u0080"), std::string("\u009F")}) {
    EXPECT_EQ(CheckText(text), TextFault::kControlCharacter);
  }
}

// The cases of RFC 3629 and of Markus Kuhn's stress test for decoders.
TEST(TextRulesTest, FindsWhatIsNotUtf8) {
  for (const char* text : {"\x80",              // a continuation byte alone
                           "\xC3",              // cut short
                           "\xE2\x82",          // cut short
                           "\xF0\x9F\x98",      // cut short
                           "\xC0\xAF",          // overlong "/"
                           "\xE0\x80\xAF",      // overlong
                           "\xF0\x80\x80\xAF",  // overlong
                           "\xED\xA0\x80",      // a surrogate
                           "\xF4\x90\x80\x80",  // beyond U+10FFFF
                           "\xF8\x88\x80\x80\x80", "\xFE", "\xFF", "a\xE9z"}) {
    EXPECT_EQ(CheckText(text), TextFault::kInvalidUtf8) << text;
  }
}

TEST(TextRulesTest, KnowsAttributeKeys) {
  EXPECT_TRUE(IsAttributeKey("a"));
  EXPECT_TRUE(IsAttributeKey("a_9z"));
  EXPECT_TRUE(IsAttributeKey(std::string(63, 'a')));
  for (const std::string& key :
       {std::string(), std::string("A"), std::string("9a"), std::string("_a"), std::string("a-b"),
        std::string("aé"), std::string(64, 'a')}) {
    EXPECT_FALSE(IsAttributeKey(key)) << key;
  }
}

}  // namespace
}  // namespace strata::ingest
