// Edge rules and hand arithmetic; figures that others published stand in published_figures_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "server/analytics/stats/inequality.h"
#include "server/analytics/stats/logistic.h"
#include "server/analytics/stats/multiple_testing.h"
#include "server/analytics/stats/ranks.h"
#include "server/analytics/stats/rates.h"
#include "server/analytics/stats/roc.h"
#include "server/analytics/stats/sum.h"
#include "server/analytics/stats/trend.h"

namespace strata::analytics::stats {
namespace {

using ::testing::ElementsAre;

TEST(KahanSum, KeepsWhatPlainSummationLoses) { EXPECT_EQ(Sum({1.0, 1e100, 1.0, -1e100}), 2.0); }

TEST(Midranks, SharesTheMeanAmongTies) {
  EXPECT_THAT(Midranks({3, 1, 3, 2}), ElementsAre(3.5, 1, 3.5, 2));
}

TEST(RankSum, SmallExactCaseByEnumeration) {
  // x above both of y: 1 of the 3 choices of x's rank gives W >= 2.
  const RankSum test = RankSumTest({9}, {1, 2}, Tail::kGreater);
  EXPECT_TRUE(test.exact);
  EXPECT_EQ(test.w, 2);
  EXPECT_NEAR(test.p, 1.0 / 3, 1e-15);
  EXPECT_NEAR(RankSumTest({9}, {1, 2}, Tail::kLess).p, 1, 1e-15);
  EXPECT_EQ(RankSumTest({}, {1, 2}, Tail::kLess).p, 1);
  EXPECT_EQ(RankSumTest({1, 1}, {1, 1}, Tail::kTwoSided).p, 1);
}

TEST(DeLongAuc, CountsTiesHalfAndNeedsBothSides) {
  EXPECT_EQ(DeLongAuc({0.35, 0.8}, {0.1, 0.4})->auc, 0.75);
  EXPECT_EQ(DeLongAuc({1, 1}, {1, 1})->auc, 0.5);
  EXPECT_EQ(DeLongAuc({2, 3}, {0, 1})->auc, 1.0);
  EXPECT_FALSE(DeLongAuc({}, {1}).has_value());
  EXPECT_FALSE(DeLongAuc({1}, {}).has_value());
}

TEST(BenjaminiHochberg, IsMonotoneAndAtMostOne) {
  EXPECT_THAT(BenjaminiHochberg({0.04, 0.01, 0.9}), ElementsAre(0.06, 0.03, 0.9));
  EXPECT_THAT(BenjaminiHochberg({}), ElementsAre());
}

TEST(Inequality, EqualsAreEqual) {
  const std::vector<double> same(7, 3.0);
  EXPECT_NEAR(Gini(same), 0, 1e-15);
  EXPECT_NEAR(Herfindahl(same), 1.0 / 7, 1e-15);
  EXPECT_NEAR(TheilT(same), 0, 1e-15);
}

TEST(Lorenz, RunsFromZeroToOneBelowTheDiagonal) {
  const std::vector<LorenzPoint> curve = Lorenz({1, 1, 2, 6}, 100);
  ASSERT_EQ(curve.size(), 5u);
  EXPECT_DOUBLE_EQ(curve[2].population, 0.5);
  EXPECT_DOUBLE_EQ(curve[2].value, 0.2);
  EXPECT_DOUBLE_EQ(curve[4].value, 1);
}

TEST(Rates, WithoutExposureNothingIsClaimed) {
  EXPECT_EQ(DecliningRateP({0, 0}, {5, 10}), 1);
  EXPECT_EQ(RisingRateP({0, 3}, {5, 10}), 1);
  // 1 recent of 2 at equal exposure: P(X <= 1) = 3/4, P(X >= 1) = 3/4.
  EXPECT_NEAR(DecliningRateP({1, 5}, {1, 5}), 0.75, 1e-15);
  EXPECT_NEAR(RisingRateP({1, 5}, {1, 5}), 0.75, 1e-15);
}

TEST(Rates, FisherByEnumeration) {
  // 2 bad of 2 recent, 0 bad of 2 earlier: one of the C(4,2) = 6 ways.
  EXPECT_NEAR(RisingShareP(2, 2, 0, 2), 1.0 / 6, 1e-15);
  EXPECT_NEAR(RisingShareP(1, 2, 1, 2), 5.0 / 6, 1e-15);
  EXPECT_EQ(RisingShareP(0, 2, 2, 2), 1);
  EXPECT_EQ(RisingShareP(2, 2, 0, 0), 1);
  EXPECT_EQ(RisingShareP(3, 3, 4, 4), 1);  // everything is bad anyway
}

TEST(GammaPrior, ShrinksTowardsThePortfolio) {
  // Equal rates leave nothing beyond Poisson noise: the prior is weak and has their mean.
  const GammaPrior same = FitGammaPrior(std::vector<Count>(50, {12, 12}));
  EXPECT_NEAR(same.shape / same.rate, 1, 1e-12);
  // Rates of 0.5 and 1.5: mean 1, variance 0.25 less the noise 1/T.
  std::vector<Count> counts(100, {600, 1'200});
  counts.insert(counts.end(), 100, {1'800, 1'200});
  const GammaPrior spread = FitGammaPrior(counts);
  EXPECT_NEAR(spread.shape / spread.rate, 1, 1e-12);
  EXPECT_NEAR(spread.shape / spread.rate / spread.rate, 0.25 - 1.0 / 1'200, 1e-9);
}

TEST(Logistic, ReportsWhatItCannotFit) {
  const std::vector<double> rows = {0, 1, 2, 3};
  const std::vector<uint8_t> never(4, 0), step = {0, 0, 1, 1};
  EXPECT_EQ(FitLogistic(rows, 1, never, 1).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FitLogistic(rows, 1, step, 0).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(FitLogistic(rows, 1, step, 1).ok());
  const std::vector<double> endless = {0, 1, 2, INFINITY};
  EXPECT_EQ(FitLogistic(endless, 1, step, 1).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Logistic, ProbabilityIsTheSumOfItsContributions) {
  const std::vector<double> rows = {0, 5, 1, 5, 2,
                                    5, 3, 5, 4, 5};  // the second column says nothing
  const std::vector<uint8_t> events = {0, 1, 0, 1, 1};
  const auto model = FitLogistic(rows, 2, events, 0.5);
  ASSERT_TRUE(model.ok());
  const std::vector<double> row = {4, 5};
  const std::vector<double> parts = model->Contributions(row);
  EXPECT_EQ(parts[1], 0);
  EXPECT_NEAR(std::log(model->Probability(row) / (1 - model->Probability(row))),
              model->intercept + parts[0], 1e-12);
}

TEST(TheilSen, MedianSlopeAndKendall) {
  const std::vector<double> rising = {1, 2, 3, 4, 100, 6};
  const Trend trend = TheilSen(rising);
  EXPECT_DOUBLE_EQ(trend.slope, 1);
  EXPECT_DOUBLE_EQ(trend.intercept, 1);
  EXPECT_EQ(trend.s, 13);  // of 15 pairs one falls
  // Variance n(n-1)(2n+5)/18 = 28.33: z = 12 / 5.3229 = 2.2544.
  EXPECT_NEAR(trend.p_rising, 0.012085, 1e-5);
  EXPECT_GT(trend.p_falling, 0.98);
  EXPECT_EQ(TheilSen({5, 5, 5, 5, 5}).p_rising, 1);
}

}  // namespace
}  // namespace strata::analytics::stats
