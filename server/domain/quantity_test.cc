#include "server/domain/quantity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

namespace strata {
namespace {

using ::testing::HasSubstr;

TEST(Quantity, SixDecimalsAreExact) {
  for (const auto& [quantity, micros] : {std::pair<double, Micros>{1, 1'000'000},
                                         {1.5, 1'500'000},
                                         {-0.1, -100'000},
                                         {0.000001, 1},
                                         {0, 0},
                                         {2147483647, 2'147'483'647'000'000},
                                         {-2147483646.999999, -2'147'483'646'999'999}}) {
    const auto made = QuantityFromDouble(quantity);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_EQ(*made, micros);
    EXPECT_EQ(QuantityToDouble(micros), quantity);
  }
}

TEST(Quantity, MoreDecimalsAndLargerOnesAreRefusedByName) {
  for (const double quantity : {0.1234567, 1e-7, 1.0 / 3, 0.1 + 0.2}) {
    const auto made = QuantityFromDouble(quantity);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument) << quantity;
    EXPECT_THAT(std::string(made.status().message()), HasSubstr("six decimals"));
  }
  for (const double quantity :
       {2147483648.0, -2147483648.0, 1e300, double{INFINITY}, -double{INFINITY}, double{NAN}}) {
    const auto made = QuantityFromDouble(quantity);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kOutOfRange) << quantity;
    EXPECT_THAT(std::string(made.status().message()), HasSubstr("2147483647"));
  }
}

// What a parser makes of a decimal text is the micros that its digits say, over the whole range.
TEST(Quantity, TextOfSixDecimalsComesBack) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 200'000; ++i) {
    const int digits = 1 + static_cast<int>(random() % 16);
    uint64_t bound = 1;
    for (int d = 0; d < digits; ++d) bound *= 10;
    const auto micros =
        static_cast<int64_t>(random() % std::min<uint64_t>(bound, 2'147'483'647'000'000));
    char text[40];
    std::snprintf(text, sizeof(text), "%lld.%06lld", static_cast<long long>(micros / 1'000'000),
                  static_cast<long long>(micros % 1'000'000));
    const auto made = QuantityFromDouble(std::strtod(text, nullptr));
    ASSERT_TRUE(made.ok()) << text << ": " << made.status();
    ASSERT_EQ(*made, micros) << text;
  }
}

TEST(Quantity, AsText) {
  EXPECT_EQ(FormatQuantity(2'500'000), "2.5");
  EXPECT_EQ(FormatQuantity(-3'000'000), "-3");
  EXPECT_EQ(FormatQuantity(100'000'000'000), "100000");
}

}  // namespace
}  // namespace strata
