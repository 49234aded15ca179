#include "server/analytics/stats/proportions.h"

#include <gtest/gtest.h>

namespace strata::analytics::stats {
namespace {

TEST(EqualProportionsP, EqualsTheChiSquareTest) {
  // R: prop.test(c(15, 25), c(50, 50), correct = FALSE) has X-squared = 4.1667, p = 0.04123.
  EXPECT_NEAR(EqualProportionsP(15, 50, 25, 50), 0.04123, 5e-6);
  EXPECT_EQ(EqualProportionsP(15, 50, 25, 50), EqualProportionsP(25, 50, 15, 50));
  EXPECT_DOUBLE_EQ(EqualProportionsP(3, 10, 6, 20), 1);
}

TEST(EqualProportionsP, SaysNothingWithoutVariation) {
  EXPECT_EQ(EqualProportionsP(0, 0, 3, 5), 1);
  EXPECT_EQ(EqualProportionsP(0, 4, 0, 5), 1);
  EXPECT_EQ(EqualProportionsP(4, 4, 5, 5), 1);
}

}  // namespace
}  // namespace strata::analytics::stats
