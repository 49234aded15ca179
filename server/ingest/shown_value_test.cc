#include "server/ingest/shown_value.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace strata::ingest {
namespace {

TEST(ShownValueTest, TextIsCutAtACharacterAndHarmless) {
  EXPECT_EQ(Shown("EUR"), "\"EUR\"");
  EXPECT_EQ(Shown(""), "\"\"");
  EXPECT_EQ(Shown(std::string(60, 'x')), absl::StrCat("\"", std::string(60, 'x'), "\""));
  EXPECT_EQ(Shown(std::string(61, 'x')), absl::StrCat("\"", std::string(60, 'x'), "...\""));
  // 20 characters of three bytes make 60; the next is not cut in two.
  std::string wide = "a";
  for (int i = 0; i < 20; ++i) wide += "東";
  EXPECT_EQ(Shown(wide), absl::StrCat("\"", wide.substr(0, 58), "...\""));
  EXPECT_EQ(Shown("a\tb\x1b[31m"), "\"a\\tb\\u{1b}[31m\"");
  EXPECT_EQ(Shown("caf\xE9"), "\"caf\\xe9\"");
  EXPECT_EQ(Shown("a\u202Etxt"), "\"a\\u{202e}txt\"");
  EXPECT_EQ(Shown("a\u2028b"), "\"a\\u{2028}b\"");
}

TEST(ShownValueTest, TimesMoneyAndCounts) {
  EXPECT_EQ(ShownTime(0), "1970-01-01");
  EXPECT_EQ(ShownTime(1'704'067'200'000), "2024-01-01");
  EXPECT_EQ(ShownTime(1'704'067'200'000 + 3'723'000), "2024-01-01T01:02:03Z");
  EXPECT_EQ(ShownTime(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(ShownMoney(0), "0");
  EXPECT_EQ(ShownMoney(-12'500'000), "-12.5");
  EXPECT_EQ(ShownMoney(1), "0.000001");
  EXPECT_EQ(ShownMoney(std::numeric_limits<Micros>::min()), "-9223372036854.775808");
  EXPECT_EQ(ShownCount(999), "999");
  EXPECT_EQ(ShownCount(12'001), "12,001");
  EXPECT_EQ(ShownCount(1'234'567), "1,234,567");
}

}  // namespace
}  // namespace strata::ingest
