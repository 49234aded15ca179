#include "client/cli/demo/demo_random.h"

#include <gtest/gtest.h>

#include <vector>

namespace strata::cli {
namespace {

TEST(DemoRandom, IsTheSameForASeedAndStream) {
  DemoRandom a(7, 3), b(7, 3), other_stream(7, 4), other_seed(8, 3);
  int same_stream = 0, same_seed = 0;
  for (int i = 0; i < 1000; ++i) {
    const uint64_t value = a.Next();
    ASSERT_EQ(value, b.Next());
    same_stream += value == other_stream.Next();
    same_seed += value == other_seed.Next();
  }
  EXPECT_EQ(same_stream, 0);
  EXPECT_EQ(same_seed, 0);
}

TEST(DemoRandom, BelowIsEven) {
  DemoRandom random(1, 1);
  std::vector<int> hits(10);
  for (int i = 0; i < 100'000; ++i) ++hits[static_cast<size_t>(random.Below(10))];
  // Five standard deviations of a binomial(100000, 0.1) are 474.
  for (const int count : hits) EXPECT_NEAR(count, 10'000, 474);
}

TEST(DemoRandom, CountHasTheMeanAskedFor) {
  DemoRandom random(1, 2);
  for (const int64_t thousandths : {0, 30, 500, 1000, 4200}) {
    int64_t sum = 0, squares = 0;
    constexpr int kDraws = 50'000;
    for (int i = 0; i < kDraws; ++i) {
      const int64_t count = random.Count(thousandths);
      sum += count;
      squares += count * count;
    }
    const double mean = static_cast<double>(sum) / kDraws;
    const double variance = static_cast<double>(squares) / kDraws - mean * mean;
    const double expected = static_cast<double>(thousandths) / 1000;
    EXPECT_NEAR(mean, expected, 5 * 0.00447 * (expected + 0.1));  // 0.00447 = 1/sqrt(50000)
    if (thousandths > 0) {
      EXPECT_GT(variance, 0.7 * expected);
      EXPECT_LT(variance, 1.05 * expected);
    }
  }
}

TEST(DemoRandom, StaysInItsBounds) {
  DemoRandom random(1, 3);
  for (int i = 0; i < 10'000; ++i) {
    const int64_t around = random.Around(44, 26);
    ASSERT_GE(around, 18);
    ASSERT_LE(around, 70);
    const int64_t halving = random.Halving(4);
    ASSERT_GE(halving, 1);
    ASSERT_LE(halving, 4);
    const int64_t between = random.Between(-3, 3);
    ASSERT_GE(between, -3);
    ASSERT_LE(between, 3);
  }
}

}  // namespace
}  // namespace strata::cli
