#include "client/cli/present/value_format.h"

#include <limits>

#include "gtest/gtest.h"

namespace strata::cli {
namespace {

v1::Amount Amount(int64_t units, int32_t nanos) {
  v1::Amount amount;
  amount.set_units(units);
  amount.set_nanos(nanos);
  return amount;
}
v1::Value Number(double number) {
  v1::Value value;
  value.set_number(number);
  return value;
}

TEST(FormatTest, GroupsThousands) {
  EXPECT_EQ(FormatInteger(0), "0");
  EXPECT_EQ(FormatInteger(999), "999");
  EXPECT_EQ(FormatInteger(1'000), "1,000");
  EXPECT_EQ(FormatInteger(-1'234'567), "-1,234,567");
  EXPECT_EQ(FormatInteger(std::numeric_limits<int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(FormatTest, RoundsMoneyToCentsHalfAwayFromZero) {
  EXPECT_EQ(FormatMoney(Amount(216'974'804, 502'900'000), "USD"), "216,974,804.50");
  EXPECT_EQ(FormatMoney(Amount(0, 5'000'000), "USD"), "0.01");
  EXPECT_EQ(FormatMoney(Amount(0, 4'999'999), "USD"), "0.00");
  EXPECT_EQ(FormatMoney(Amount(999, 995'000'000), "USD"), "1,000.00");
  EXPECT_EQ(FormatMoney(Amount(-1, -750'000'000), "USD"), "-1.75");
  EXPECT_EQ(FormatMoney(Amount(0, -5'000'000), "USD"), "-0.01");
  EXPECT_EQ(FormatMoney(Amount(0, -1), "USD"), "0.00");
  EXPECT_EQ(FormatMoney(Amount(std::numeric_limits<int64_t>::min(), -999'999'999), "USD"),
            "-9,223,372,036,854,775,809.00");
}

TEST(FormatTest, WritesMoneyWithTheDecimalsOfTheCurrency) {
  v1::Value value;
  *value.mutable_money() = Amount(1'234, 567'000'000);
  EXPECT_EQ(FormatValue(value, "currency", "JPY"), "1,235");
  EXPECT_EQ(FormatValue(value, "currency", "KWD"), "1,234.567");
  EXPECT_EQ(FormatMoney(value.money(), "EUR"), "1,234.57");
  EXPECT_EQ(PlainValue(value), "1234.567");  // programs get it exact
}

TEST(FormatTest, ShowsNumbersWithTheDecimalsThatMatter) {
  EXPECT_EQ(FormatNumber(1234.567), "1,234.57");
  EXPECT_EQ(FormatNumber(0.0123), "0.0123");
  EXPECT_EQ(FormatNumber(-0.00001), "0.0000");
  EXPECT_EQ(FormatNumber(0), "0.00");
  EXPECT_EQ(FormatPercent(0.70654), "70.65%");
  EXPECT_EQ(FormatPercent(-0.000001), "0.00%");
  EXPECT_EQ(FormatPercent(12.5), "1,250.00%");
  EXPECT_EQ(FormatChange(0.122), "+12.20%");
  EXPECT_EQ(FormatChange(-0.122), "-12.20%");
  EXPECT_EQ(FormatChange(0), "±0.00%");
}

TEST(FormatTest, ReadsTheUnit) {
  EXPECT_EQ(FormatValue(Number(0.5), "1", "USD"), "50.00%");
  EXPECT_EQ(FormatValue(Number(0.5), "days", "USD"), "0.50");
  v1::Value value;
  value.set_null(v1::NULL_REASON_NO_RECORDS);
  EXPECT_EQ(FormatValue(value, "1", "USD"), "–");
  value = Number(0.5);
  value.set_small_sample(true);
  EXPECT_EQ(FormatValue(value, "1", "USD"), "50.00%°");
  value.set_text("a\tb");
  value.set_small_sample(false);
  EXPECT_EQ(FormatValue(value, "", "USD"), R"(a\tb)");
  EXPECT_EQ(FormatNullReason(v1::NULL_REASON_ZERO_DENOMINATOR), "zero denominator");
  EXPECT_EQ(UnitLabel("currency", "EUR"), "EUR");
  EXPECT_EQ(UnitLabel("days", "EUR"), "days");
  EXPECT_EQ(UnitLabel("1", "EUR"), "");
}

TEST(PlainTest, KeepsEveryDigit) {
  EXPECT_EQ(PlainMoney(Amount(216'974'804, 502'900'000)), "216974804.5029");
  EXPECT_EQ(PlainMoney(Amount(7, 0)), "7");
  EXPECT_EQ(PlainMoney(Amount(0, -1)), "-0.000000001");
  EXPECT_EQ(PlainNumber(0.1), "0.1");
  EXPECT_EQ(PlainNumber(1.0 / 3.0), "0.3333333333333333");
  EXPECT_EQ(PlainNumber(7), "7");
  v1::Value value;
  value.set_null(v1::NULL_REASON_NO_RECORDS);
  EXPECT_EQ(PlainValue(value), "");
  value.set_boolean(false);
  EXPECT_EQ(PlainValue(value), "false");
  value.set_date("2024-12-31");
  EXPECT_EQ(PlainValue(value), "2024-12-31");
}

TEST(MagnitudeTest, IsTheFigure) {
  v1::Value value;
  *value.mutable_money() = Amount(1, 500'000'000);
  EXPECT_EQ(Magnitude(value), 1.5);
  value.set_text("7");
  EXPECT_FALSE(Magnitude(value).has_value());
}

}  // namespace
}  // namespace strata::cli
