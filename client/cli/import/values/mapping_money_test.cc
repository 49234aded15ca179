#include "client/cli/import/values/mapping_money.h"

#include <gtest/gtest.h>

namespace strata::imports {
namespace {

std::string Read(absl::string_view text, char mark) {
  const std::optional<Decimal> value = ParseMoney(text, mark);
  return value ? value->ToString() : "none";
}

TEST(ParseMoney, TakesSignsCurrenciesAndGroups) {
  EXPECT_EQ(Read("$1,234.50", '.'), "1234.5");
  EXPECT_EQ(Read("-$12", '.'), "-12");
  EXPECT_EQ(Read("$-12", '.'), "-12");
  EXPECT_EQ(Read("12-", '.'), "-12");
  EXPECT_EQ(Read("\xE2\x88\x92"
                 "5",
                 '.'),
            "-5");
  EXPECT_EQ(Read("(1,234)", '.'), "-1234");
  EXPECT_EQ(Read("USD 5", '.'), "5");
  EXPECT_EQ(Read("5.00 EUR", '.'), "5");
  EXPECT_EQ(Read("1'234.50", '.'), "1234.5");
  EXPECT_EQ(Read("1,00,000", '.'), "100000") << "India";
  EXPECT_EQ(Read("12.5%", '.'), "0.125");
  EXPECT_EQ(Read("1.234,50 \xE2\x82\xAC", ','), "1234.5");
  EXPECT_EQ(Read("R$ 1.234.567,00", ','), "1234567");
  EXPECT_EQ(Read("1\xC2\xA0"
                 "234,50",
                 ','),
            "1234.5");
  EXPECT_EQ(Read("1,234", '.'), "1234");
  EXPECT_EQ(Read("1,234", ','), "1.234");
  EXPECT_EQ(Read("99999999999999999999.000001", '.'), "99999999999999999999.000001");
}

TEST(ParseMoney, RefusesWhatIsNoNumberOfThisForm) {
  for (const char* bad : {"12,50", "1,2,3", "1.2.3", "1,23,4", "--5", "$", "", "abc", "5 apples",
                          "1.234.567", "INV001", "ABC 12", "$5 EUR", "1,234.5,0", "1 2"}) {
    EXPECT_EQ(Read(bad, '.'), "none") << bad;
  }
  EXPECT_EQ(Read("12.50", ','), "none");
}

TEST(SplitMoney, NamesTheCurrency) {
  EXPECT_EQ(SplitMoney("$5")->currency, "USD");
  EXPECT_EQ(SplitMoney("5,00 \xE2\x82\xAC")->currency, "EUR");
  EXPECT_EQ(SplitMoney("C$5")->currency, "CAD");
  EXPECT_EQ(SplitMoney("5 CHF")->currency, "CHF");
  EXPECT_EQ(SplitMoney("5")->currency, "");
  EXPECT_TRUE(SplitMoney("5 %")->percent);
}

}  // namespace
}  // namespace strata::imports
