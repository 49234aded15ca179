#include "client/cli/chart.h"

#include "gtest/gtest.h"

namespace strata::cli {
namespace {

TEST(BarTest, GrowsByEighths) {
  EXPECT_EQ(Bar(0, 4), "");
  EXPECT_EQ(Bar(-1, 4), "");
  EXPECT_EQ(Bar(0.0001, 4), "▏");
  EXPECT_EQ(Bar(0.5, 4), "██");
  EXPECT_EQ(Bar(19.0 / 32, 4), "██▍");
  EXPECT_EQ(Bar(1, 4), "████");
  EXPECT_EQ(Bar(7, 4), "████");
}

TEST(SparklineTest, StandsOnZeroAndLeavesGaps) {
  EXPECT_EQ(Sparkline({0.0, 3.5, 7.0}), "▁▅█");
  EXPECT_EQ(Sparkline({7.0, std::nullopt, 7.0}), "▄ ▄");
  EXPECT_EQ(Sparkline({-7.0, 0.0}), "▁█");
  // From zero, not from the smallest: 99 and 100 look alike.
  EXPECT_EQ(Sparkline({99.0, 100.0}), "██");
  EXPECT_EQ(Sparkline({}), "");
}

}  // namespace
}  // namespace strata::cli
