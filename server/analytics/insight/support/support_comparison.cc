#include "server/analytics/insight/support/support_comparison.h"

#include <algorithm>
#include <cmath>

#include "boost/math/distributions/binomial.hpp"
#include "boost/math/distributions/normal.hpp"
#include "boost/math/distributions/students_t.hpp"
#include "boost/math/special_functions/beta.hpp"
#include "server/analytics/stats/intervals.h"
#include "server/analytics/stats/sum.h"

namespace strata::analytics::insight {
namespace {

using stats::kZ95;

constexpr size_t kLeastCustomers = 2, kLeastValues = 5;

double TwoSidedP(double z) {
  return 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), std::fabs(z)));
}

// Wilson's score interval for counts that need not be whole.
stats::Bounds ScoreInterval(double hits, double trials) {
  const double share = hits / trials, z2 = stats::kZ95 * stats::kZ95;
  const double center = (hits + z2 / 2) / (trials + z2);
  const double half =
      stats::kZ95 / (trials + z2) * std::sqrt(trials * share * (1 - share) + z2 / 4);
  return {std::max(0.0, center - half), std::min(1.0, center + half)};
}

struct Sample {
  double mean = 0, variance_of_mean = 0, degrees = 0;
};

Sample Describe(absl::Span<const double> values) {
  const double n = static_cast<double>(values.size());
  Sample sample;
  sample.mean = stats::Sum(values) / n;
  stats::KahanSum squares;
  for (const double value : values) squares.Add((value - sample.mean) * (value - sample.mean));
  sample.variance_of_mean = squares.value() / (n - 1) / n;
  sample.degrees = n - 1;
  return sample;
}

// Standard error of a median from two order statistics about as far from it as its own error
// reaches.
double MedianError(const Clusters& clusters) {
  std::vector<double> values = Flattened(clusters);
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  const double c = std::max(1.0, std::round((n + 1) / 2 - std::sqrt(n)));
  const double tail = boost::math::cdf(boost::math::binomial(n, 0.5), c - 1);
  const double z = boost::math::quantile(boost::math::complement(boost::math::normal(), tail));
  const double spread = values[static_cast<size_t>(n - c)] - values[static_cast<size_t>(c - 1)];
  const double median = MedianOf(values);
  std::vector<ClusterCount> above;
  for (const absl::Span<const double> cluster : clusters) {
    ClusterCount count;
    for (const double value : cluster) count.hits += value > median;
    count.trials = static_cast<double>(cluster.size());
    above.push_back(count);
  }
  return spread / (2 * z) * std::sqrt(SumClusters(above).design_effect);
}

// Of each cluster: the sum over its values of the chance that a value of `others` (ascending) lies
// below, ties half.
std::vector<ClusterCount> Placements(const Clusters& clusters, const std::vector<double>& others) {
  std::vector<ClusterCount> sums;
  for (const absl::Span<const double> cluster : clusters) {
    ClusterCount sum;
    for (const double value : cluster) {
      const auto [low, high] = std::equal_range(others.begin(), others.end(), value);
      sum.hits +=
          (static_cast<double>(low - others.begin()) + static_cast<double>(high - low) / 2) /
          static_cast<double>(others.size());
    }
    sum.trials = static_cast<double>(cluster.size());
    sums.push_back(sum);
  }
  return sums;
}

// Variance of hits / trials over clusters.
double RatioVariance(absl::Span<const ClusterCount> clusters, double share, double trials) {
  double n = 0;
  stats::KahanSum squares;
  for (const ClusterCount& cluster : clusters) {
    if (cluster.trials == 0) continue;
    n += 1;
    const double residual = cluster.hits - share * cluster.trials;
    squares.Add(residual * residual);
  }
  return n < 2 ? 0 : n / (n - 1) * squares.value() / (trials * trials);
}

double ClusteredRankP(const Clusters& first, const Clusters& second) {
  std::vector<double> a = Flattened(first), b = Flattened(second);
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const std::vector<ClusterCount> of_first = Placements(first, b);
  const std::vector<ClusterCount> of_second = Placements(second, a);
  double above = 0;
  for (const ClusterCount& cluster : of_first) above += cluster.hits;
  const double chance = above / static_cast<double>(a.size());
  const double variance = RatioVariance(of_first, chance, static_cast<double>(a.size())) +
                          RatioVariance(of_second, 1 - chance, static_cast<double>(b.size()));
  if (!(variance > 0)) return chance == 0.5 ? 1 : 0;
  return TwoSidedP((chance - 0.5) / std::sqrt(variance));
}

}  // namespace

ClusteredShare SumClusters(absl::Span<const ClusterCount> clusters) {
  ClusteredShare sum;
  for (const ClusterCount& cluster : clusters) {
    sum.hits += cluster.hits;
    sum.trials += cluster.trials;
  }
  if (sum.trials == 0) return sum;
  const double independent = sum.share() * (1 - sum.share()) / sum.trials;
  if (independent > 0) {
    sum.design_effect =
        std::max(1.0, RatioVariance(clusters, sum.share(), sum.trials) / independent);
  }
  return sum;
}

std::optional<SupportDifference> CompareShares(absl::Span<const ClusterCount> first,
                                               absl::Span<const ClusterCount> second) {
  const ClusteredShare a = SumClusters(first), b = SumClusters(second);
  if (a.trials == 0 || b.trials == 0) return std::nullopt;
  const double trials_a = a.trials / a.design_effect, trials_b = b.trials / b.design_effect;
  const double share_a = a.share(), share_b = b.share();
  const stats::Bounds bounds_a = ScoreInterval(share_a * trials_a, trials_a);
  const stats::Bounds bounds_b = ScoreInterval(share_b * trials_b, trials_b);
  SupportDifference result;
  result.method = "newcombe";
  result.difference = share_a - share_b;
  result.low = result.difference - std::hypot(share_a - bounds_a.low, bounds_b.high - share_b);
  result.high = result.difference + std::hypot(bounds_a.high - share_a, share_b - bounds_b.low);
  const double pooled = (share_a * trials_a + share_b * trials_b) / (trials_a + trials_b);
  const double variance = pooled * (1 - pooled) * (1 / trials_a + 1 / trials_b);
  if (variance > 0) result.p = TwoSidedP(result.difference / std::sqrt(variance));
  return result;
}

std::optional<SupportDifference> CompareMeans(absl::Span<const double> first,
                                              absl::Span<const double> second) {
  if (first.size() < 2 || second.size() < 2) return std::nullopt;
  const Sample a = Describe(first), b = Describe(second);
  SupportDifference result;
  result.method = "welch";
  result.difference = result.low = result.high = a.mean - b.mean;
  const double variance = a.variance_of_mean + b.variance_of_mean;
  if (!(variance > 0)) {
    result.p = result.difference == 0 ? 1 : 0;
    return result;
  }
  const boost::math::students_t t(variance * variance /
                                  (a.variance_of_mean * a.variance_of_mean / a.degrees +
                                   b.variance_of_mean * b.variance_of_mean / b.degrees));
  const double error = std::sqrt(variance);
  const double reach = boost::math::quantile(boost::math::complement(t, 0.025)) * error;
  result.low = result.difference - reach;
  result.high = result.difference + reach;
  result.p = 2 * boost::math::cdf(boost::math::complement(t, std::fabs(result.difference) / error));
  return result;
}

std::optional<SupportDifference> CompareMedians(const Clusters& first, const Clusters& second) {
  const std::vector<double> a = Flattened(first), b = Flattened(second);
  if (first.size() < kLeastCustomers || second.size() < kLeastCustomers ||
      a.size() < kLeastValues || b.size() < kLeastValues) {
    return std::nullopt;
  }
  SupportDifference result;
  result.method = "price-bonett";
  result.difference = MedianOf(a) - MedianOf(b);
  const double reach = stats::kZ95 * std::hypot(MedianError(first), MedianError(second));
  result.low = result.difference - reach;
  result.high = result.difference + reach;
  result.p = ClusteredRankP(first, second);
  return result;
}

double MedianOf(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

std::vector<double> Flattened(const Clusters& clusters) {
  std::vector<double> all;
  for (const absl::Span<const double> cluster : clusters) {
    all.insert(all.end(), cluster.begin(), cluster.end());
  }
  return all;
}

double AtLeastP(double hits, double trials, double share) {
  if (hits <= 0 || trials <= 0) return 1;
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  return boost::math::ibeta(hits, trials - hits + 1, share);
}

}  // namespace strata::analytics::insight
