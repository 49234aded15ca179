// The tests behind warnings, newcomers and emerging accounts against exact arithmetic.
#include "server/analytics/stats/weighted_counts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "server/analytics/stats/combined_p.h"
#include "server/analytics/stats/mixture.h"

namespace strata::analytics::stats {
namespace {

// The distribution of the sum of `n` draws of whole weights, by convolution.
std::vector<double> SumsOf(int n, const std::vector<double>& shares,
                           const std::vector<int>& weights) {
  std::vector<double> sums = {1};
  for (int draw = 0; draw < n; ++draw) {
    std::vector<double> next(sums.size() + 4);
    for (size_t s = 0; s < sums.size(); ++s) {
      for (size_t i = 0; i < shares.size(); ++i) {
        next[s + static_cast<size_t>(weights[i])] += sums[s] * shares[i];
      }
    }
    sums = next;
  }
  return sums;
}

TEST(HighWeightP, IsTheMidPValueOfTheExactDistribution) {
  const std::vector<int> weights = {0, 2, 3, 4, 4, 4};
  const std::vector<double> exposure = {3.3, 2.7, 2.9, 3.1, 1.2, 3};
  const double total = 3.3 + 2.7 + 2.9 + 3.1 + 1.2 + 3;
  std::vector<double> shares;
  for (const double one : exposure) shares.push_back(one / total);
  for (const std::vector<int>& counts :
       {std::vector<int>{1, 1, 2, 4, 2, 5}, std::vector<int>{2, 5, 9, 12, 4, 11},
        std::vector<int>{0, 1, 1, 6, 2, 8}, std::vector<int>{6, 5, 6, 6, 2, 6}}) {
    std::vector<WeightedCell> cells;
    int n = 0;
    size_t sum = 0;
    for (size_t i = 0; i < counts.size(); ++i) {
      cells.push_back(
          {static_cast<double>(counts[i]), exposure[i], static_cast<double>(weights[i])});
      n += counts[i];
      sum += static_cast<size_t>(counts[i] * weights[i]);
    }
    const std::vector<double> sums = SumsOf(n, shares, weights);
    double mid = sums[sum] / 2;
    for (size_t s = sum + 1; s < sums.size(); ++s) mid += sums[s];
    EXPECT_NEAR(HighWeightP(cells, 1) / mid, 1, 0.03) << "n " << n << ", sum " << sum;
  }
}

TEST(HighWeightP, TheLargestSumIsExactAndNothingSaysNothing) {
  // All ten in the two cells of weight 4, which hold 0.75 of the exposure.
  EXPECT_DOUBLE_EQ(HighWeightP({{0, 1, 0}, {4, 1, 4}, {6, 2, 4}}, 1), std::pow(0.75, 10));
  EXPECT_EQ(HighWeightP({{0, 1, 0}, {0, 1, 4}}, 1), 1);
  EXPECT_EQ(HighWeightP({{3, 1, 4}, {2, 1, 4}}, 1), 1);
  // A cell that was not exposed is no empty one.
  EXPECT_DOUBLE_EQ(HighWeightP({{0, 1, 0}, {5, 1, 2}, {0, 0, 4}}, 1), std::pow(0.5, 5));
}

TEST(CombinedP, ByHand) {
  // Of two p-values with the product x the chance is x (1 - ln x).
  EXPECT_NEAR(FisherP({0.05, 0.05}), 0.0025 * (1 - std::log(0.0025)), 1e-12);
  EXPECT_NEAR(FisherP({0.3}), 0.3, 1e-12);
  EXPECT_EQ(FisherP({}), 1);
  EXPECT_NEAR(AtLeastP(3, 2), 1 - std::exp(-2) * (1 + 2 + 2), 1e-12);
  EXPECT_EQ(AtLeastP(0, 2), 1);
}

TEST(Mixture, FindsHowCommonEachAlternativeIs) {
  Mixture mixture(3);
  for (int i = 0; i < 70; ++i) mixture.Add({0, -50, -50});
  for (int i = 0; i < 28; ++i) mixture.Add({-50, 0, -50});
  mixture.Add({7, 7, -50});  // it may be either: by the odds of the others
  mixture.Fit();
  // Two members of the first are taken for granted; the last one is shared by 72 + a to 28 + b.
  EXPECT_NEAR(mixture.shares()[0], 72.0 / 100, 1e-9);
  EXPECT_NEAR(mixture.shares()[1], 28.0 / 100, 1e-9);
  EXPECT_NEAR(mixture.shares()[2], 0, 1e-9);
  EXPECT_NEAR(mixture.ChancesOf(98)[1], 0.28, 1e-9);
  EXPECT_NEAR(mixture.ChancesOf(0)[0], 1, 1e-9);
}

}  // namespace
}  // namespace strata::analytics::stats
