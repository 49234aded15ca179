#include "client/cli/import/csv/xlsx_parts.h"

#include <gtest/gtest.h>

namespace strata::imports {
namespace {

TEST(Xlsx, ReadsSerialDaysOfBothEpochs) {
  EXPECT_EQ(SerialToIso(40513, false), "2010-12-01");
  EXPECT_EQ(SerialToIso(40513.35138888889, false), "2010-12-01 08:26:00");
  EXPECT_EQ(SerialToIso(40513 - 1462 + 0.35138888889, true), "2010-12-01 08:26:00");
  EXPECT_EQ(SerialToIso(0, true), "1904-01-01");
  EXPECT_EQ(SerialToIso(1, false), "1900-01-01");
  EXPECT_EQ(SerialToIso(59, false), "1900-02-28");
  EXPECT_EQ(SerialToIso(60, false), std::nullopt) << "29 February 1900 did not exist";
  EXPECT_EQ(SerialToIso(61, false), "1900-03-01");
  EXPECT_EQ(SerialToIso(2958465, false), "9999-12-31");
  EXPECT_EQ(SerialToIso(2958466, false), std::nullopt);
  EXPECT_EQ(SerialToIso(-1, false), std::nullopt);
}

TEST(Xlsx, TellsDateFormatsFromOthers) {
  for (const char* date :
       {"yyyy-mm-dd", "[$-409]d-mmm-yy", "[h]:mm", "m/d/yy h:mm", "dd\\.mm\\.yy"}) {
    EXPECT_TRUE(IsDateFormat(date)) << date;
  }
  for (const char* number : {"General", "0.00", "#,##0 \"days\"", "[Red]0.00", "0.00E+00", "\\d0",
                             "_-* #,##0.00\\ \"h\"_-", "@", "[>100]0"}) {
    EXPECT_FALSE(IsDateFormat(number)) << number;
  }
  EXPECT_TRUE(IsBuiltInDateFormat(14));
  EXPECT_TRUE(IsBuiltInDateFormat(22));
  EXPECT_FALSE(IsBuiltInDateFormat(9)) << "a percentage";
  EXPECT_FALSE(IsBuiltInDateFormat(49)) << "text";
}

TEST(Xlsx, WritesNumbersAsExcelShowsThem) {
  EXPECT_EQ(ShownNumber(2.5499999999999998), "2.55");
  EXPECT_EQ(ShownNumber(0.1 + 0.2), "0.3");
  EXPECT_EQ(ShownNumber(-17850), "-17850");
  EXPECT_EQ(ShownNumber(1e-3), "0.001");
  EXPECT_EQ(ShownNumber(1.25e-7), "0.000000125");
  EXPECT_EQ(ShownNumber(1e15), "1000000000000000");
  EXPECT_EQ(ShownNumber(-0.0), "0");
}

}  // namespace
}  // namespace strata::imports
