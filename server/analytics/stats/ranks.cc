#include "server/analytics/stats/ranks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/container/inlined_vector.h"
#include "boost/math/distributions/normal.hpp"

namespace strata::analytics::stats {
namespace {

constexpr size_t kExactBelow = 50;  // as in R's wilcox.test

// counts[u] = number of ways in which m values of one side and n of the other give U = u.
std::vector<double> RankSumCounts(size_t m, size_t n) {
  // ways[i][u]: choosing i of the ranks seen so far; adding rank r to the chosen adds r - i - ... ,
  // in terms of U each chosen one adds the number of unchosen ones below it.
  std::vector<std::vector<double>> ways(m + 1, std::vector<double>(m * n + 1, 0.0));
  ways[0][0] = 1;
  for (size_t seen = 0; seen < m + n; ++seen) {
    for (size_t chosen = std::min(seen + 1, m); chosen >= 1; --chosen) {
      const size_t unchosen_below = seen - (chosen - 1);
      if (unchosen_below > n) continue;
      for (size_t u = m * n + 1; u-- > unchosen_below;) {
        ways[chosen][u] += ways[chosen - 1][u - unchosen_below];
      }
    }
  }
  return ways[m];
}

// The same for sides below kExactBelow. Small ones, of which portfolios ask millions of times, are
// kept by each thread.
const std::vector<double>& KeptRankSumCounts(size_t m, size_t n) {
  constexpr size_t kKeptStatistics = 512;
  static thread_local std::vector<std::vector<double>> kept(kExactBelow * kExactBelow + 1);
  std::vector<double>& counts = m * n <= kKeptStatistics ? kept[m * kExactBelow + n] : kept.back();
  if (counts.empty() || m * n > kKeptStatistics) counts = RankSumCounts(m, n);
  return counts;
}

double ExactP(double w, size_t m, size_t n, Tail tail) {
  const std::vector<double>& counts = KeptRankSumCounts(m, n);
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  double below_or_at = 0, at_or_above = 0;
  for (size_t u = 0; u < counts.size(); ++u) {
    if (static_cast<double>(u) <= w) below_or_at += counts[u];
    if (static_cast<double>(u) >= w) at_or_above += counts[u];
  }
  if (tail == Tail::kLess) return below_or_at / total;
  if (tail == Tail::kGreater) return at_or_above / total;
  return std::min(1.0, 2 * std::min(below_or_at, at_or_above) / total);
}

double NormalP(double w, double m, double n, double tie_sum, Tail tail) {
  const double size = m + n;
  const double variance = m * n / 12.0 * (size + 1.0 - tie_sum / (size * (size - 1.0)));
  if (!(variance > 0)) return 1;
  const double distance = w - m * n / 2;
  // In double; by default Boost goes to the slower long double.
  using InDouble = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
  const boost::math::normal_distribution<double, InDouble> normal;
  const double sd = std::sqrt(variance);
  switch (tail) {
    case Tail::kLess:
      return boost::math::cdf(normal, (distance + 0.5) / sd);
    case Tail::kGreater:
      return boost::math::cdf(boost::math::complement(normal, (distance - 0.5) / sd));
    case Tail::kTwoSided: {
      const double z = std::max(0.0, std::fabs(distance) - 0.5) / sd;
      return std::min(1.0, 2 * boost::math::cdf(boost::math::complement(normal, z)));
    }
  }
  return 1;
}

}  // namespace

std::vector<double> Midranks(absl::Span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = (static_cast<double>(begin + 1) + static_cast<double>(end)) / 2;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = rank;
    begin = end;
  }
  return ranks;
}

RankSum RankSumTest(absl::Span<const double> x, absl::Span<const double> y, Tail tail) {
  RankSum result;
  if (x.empty() || y.empty()) return result;
  struct Value {
    double value;
    bool of_x;
  };
  absl::InlinedVector<Value, 64> all;
  for (const double value : x) all.push_back({value, true});
  for (const double value : y) all.push_back({value, false});
  std::sort(all.begin(), all.end(),
            [](const Value& a, const Value& b) { return a.value < b.value; });
  const double m = static_cast<double>(x.size()), n = static_cast<double>(y.size());
  double rank_sum = 0;
  double tie_sum = 0;  // sum of t^3 - t over groups of t equal values
  for (size_t begin = 0; begin < all.size();) {
    size_t end = begin + 1, of_x = all[begin].of_x;
    for (; end < all.size() && all[end].value == all[begin].value; ++end) of_x += all[end].of_x;
    rank_sum += static_cast<double>(of_x) *
                ((static_cast<double>(begin + 1) + static_cast<double>(end)) / 2);
    const double ties = static_cast<double>(end - begin);
    tie_sum += ties * ties * ties - ties;
    begin = end;
  }
  result.w = rank_sum - m * (m + 1) / 2;
  result.exact = tie_sum == 0 && x.size() < kExactBelow && y.size() < kExactBelow;
  result.p = result.exact ? ExactP(result.w, x.size(), y.size(), tail)
                          : NormalP(result.w, m, n, tie_sum, tail);
  return result;
}

}  // namespace strata::analytics::stats
