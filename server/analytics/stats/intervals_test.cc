#include "server/analytics/stats/intervals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "server/analytics/testing/published_figures.h"

namespace strata::analytics::stats {
namespace {

TEST(WilsonTest, PublishedIntervals) {
  STRATA_REFERENCE_OR_SKIP(path, "inference/expected.json");
  const auto published = testing::ReferenceJson(path);
  int checked = 0;
  for (const char* set : {"wilson_published_R_binom", "wilson_recomputed"}) {
    for (const auto& [name, bounds] : published[set].items()) {
      const size_t slash = name.find('/');
      const Bounds wilson =
          Wilson(std::stoll(name.substr(0, slash)), std::stoll(name.substr(slash + 1)));
      EXPECT_NEAR(wilson.low, bounds[0].get<double>(), 1e-8) << name;
      EXPECT_NEAR(wilson.high, bounds[1].get<double>(), 1e-8) << name;
      ++checked;
    }
  }
  EXPECT_GE(checked, 9);
}

TEST(WilsonTest, EndsAreExact) {
  EXPECT_EQ(Wilson(0, 10).low, 0);
  EXPECT_EQ(Wilson(10, 10).high, 1);
}

TEST(NetScoreTest, ByHand) {
  // 6 promoters, 2 detractors of 10: n' = 13, p' = 6.75/13, d' = 2.75/13, net = 4/13,
  // variance = (9.5/13 - 16/169) / 13 = (123.5 - 16) / 2197 = 107.5 / 2197.
  const Bounds bounds = NetScore(6, 2, 10);
  const double half = kZ95 * std::sqrt(107.5 / 2197);
  EXPECT_NEAR(bounds.low, 4.0 / 13 - half, 1e-12);
  EXPECT_NEAR(bounds.high, 4.0 / 13 + half, 1e-12);
}

TEST(NetScoreTest, StaysInRange) { EXPECT_EQ(NetScore(3, 0, 3).high, 1); }

}  // namespace
}  // namespace strata::analytics::stats
