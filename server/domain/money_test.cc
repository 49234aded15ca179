#include "server/domain/money.h"

#include <gtest/gtest.h>

namespace strata {
namespace {

TEST(ParseMicros, TakesPlainDecimalsExactly) {
  EXPECT_EQ(*ParseMicros("1234.56"), 1'234'560'000);
  EXPECT_EQ(*ParseMicros("-0.5"), -500'000);
  EXPECT_EQ(*ParseMicros("+3"), 3'000'000);
  EXPECT_EQ(*ParseMicros(".5"), 500'000);
  EXPECT_EQ(*ParseMicros("7."), 7'000'000);
  EXPECT_EQ(*ParseMicros("0.000001"), 1);
  EXPECT_EQ(*ParseMicros("1.5000000000"), 1'500'000);  // trailing zeros are no decimals
  EXPECT_EQ(*ParseMicros("9223372036854.775807"), std::numeric_limits<int64_t>::max());
}

TEST(ParseMicros, RefusesWhatIsNoAmount) {
  for (const char* text :
       {"", ".", "-", "1,000", "1e3", " 1", "1 ", "0x10", "NaN", "1.2.3", "--1"}) {
    EXPECT_EQ(ParseMicros(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(ParseMicros("0.0000001").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ParseMicros("9223372036854.775808").status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(ParseMicros("99999999999999999999999999").status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(FormatAmount, KeepsEveryDecimalAndNoZero) {
  EXPECT_EQ(FormatMicros(0), "0");
  EXPECT_EQ(FormatMicros(-12'500'000), "-12.5");
  EXPECT_EQ(FormatMicros(-1), "-0.000001");
  EXPECT_EQ(FormatMicros(1'000'000), "1");
  EXPECT_EQ(FormatAmount({std::numeric_limits<int64_t>::min(), 0}), "-9223372036854775808");
}

TEST(AmountFromMicros, SplitsUnitsAndNanosWithOneSign) {
  EXPECT_EQ(*AmountFromMicros(-1'750'000), (Amount{-1, -750'000'000}));
  const MicrosSum beyond = (MicrosSum{std::numeric_limits<int64_t>::max()} + 1) * kMicrosAUnit;
  EXPECT_EQ(AmountFromMicros(beyond).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(AmountFromRatio, RoundsHalfAwayFromZeroToABillionth) {
  EXPECT_EQ(*AmountFromRatio(10'000'000, 3), (Amount{3, 333'333'333}));
  EXPECT_EQ(*AmountFromRatio(20'000'000, 3), (Amount{6, 666'666'667}));
  EXPECT_EQ(*AmountFromRatio(-20'000'000, 3), (Amount{-6, -666'666'667}));
  EXPECT_EQ(*AmountFromRatio(1, 2'000), (Amount{0, 1}));  // 0.0000000005
  EXPECT_EQ(*AmountFromRatio(-1, 2'000), (Amount{0, -1}));
  EXPECT_EQ(*AmountFromRatio(1, 2'001), (Amount{0, 0}));
}

}  // namespace
}  // namespace strata
