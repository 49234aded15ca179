#include "server/domain/currency.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace strata {
namespace {

// Minor units as ISO 4217 lists them.
TEST(CurrencyDecimalsTest, AreThoseOfIso4217) {
  for (const char* code : {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF",
                           "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}) {
    EXPECT_EQ(CurrencyDecimals(code), 0) << code;
  }
  for (const char* code : {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}) {
    EXPECT_EQ(CurrencyDecimals(code), 3) << code;
  }
  for (const char* code : {"CLF", "UYW"}) EXPECT_EQ(CurrencyDecimals(code), 4) << code;
  for (const char* code : {"USD", "EUR", "GBP", "CHF", "HUF", "MGA", "MRU", "XAU", "", "ZZZ"}) {
    EXPECT_EQ(CurrencyDecimals(code), 2) << code;
  }
}

TEST(MoneyTextTest, RoundsToTheDecimalsOfTheCurrency) {
  const Amount amount = {1'234, 567'500'000};
  EXPECT_EQ(MoneyText(amount, "JPY"), "1,235");
  EXPECT_EQ(MoneyText(amount, "USD"), "1,234.57");
  EXPECT_EQ(MoneyText(amount, "KWD"), "1,234.568");
  EXPECT_EQ(MoneyText(amount, "CLF"), "1,234.5675");
  EXPECT_EQ(MoneyText(Amount{-1'234, -500'000'000}, "JPY"), "-1,235");
  EXPECT_EQ(MoneyText(Amount{0, -4'000'000}, "USD"), "0.00");
  EXPECT_EQ(MoneyText(Amount{0, 499'999'999}, "KRW"), "0");
  EXPECT_EQ(MoneyText(Amount{0, 995'000'000}, "EUR"), "1.00");
}

TEST(MoneyTextTest, TakesSumsAndStatistics) {
  EXPECT_EQ(MoneyText(MicrosSum{12'345'600'000}, "USD"), "12,345.60");
  EXPECT_EQ(MoneyText(MicrosSum{-12'345'600'000}, "JPY"), "-12,346");
  EXPECT_EQ(MoneyText(1234.5, "KWD"), "1,234.500");
  EXPECT_EQ(MoneyText(-0.001, "USD"), "0.00");
  EXPECT_EQ(MoneyText(std::nan(""), "USD"), "–");
  EXPECT_EQ(MoneyText(1e300, "USD"), "–");
}

TEST(MoneyTextTest, HoldsTheLargestAmounts) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(MoneyText(Amount{kMost, 999'999'999}, "JPY"), "9,223,372,036,854,775,808");
  EXPECT_EQ(MoneyText(Amount{kLeast, -999'999'999}, "JPY"), "-9,223,372,036,854,775,809");
  EXPECT_EQ(MoneyText(Amount{kMost, 0}, "USD"), "9,223,372,036,854,775,807.00");
  // A hundred thousand times the largest sum of a 64-bit column.
  EXPECT_EQ(MoneyText(MicrosSum{kMost} * 100'000, "USD"), "922,337,203,685,477,580.70");
}

}  // namespace
}  // namespace strata
