#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SUPPORT_SUPPORT_COMPARISON_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SUPPORT_SUPPORT_COMPARISON_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"

// Two groups of customers compared by their records. A customer's records are alike (one slow team,
// one hard product), so they are no independent draws: every test takes the customer as the unit
// and the records as a cluster of it, else a few talkative customers would make any difference
// "significant".

namespace strata::analytics::insight {

struct SupportDifference {
  double difference = 0;     // first group minus second group
  double low = 0, high = 0;  // 95 %
  double p = 1;              // two-sided, of no difference
  const char* method = "";   // of the interval
};

// One customer's part of a share.
struct ClusterCount {
  double hits = 0, trials = 0;
};

// hits / trials of all clusters together, and how many times the clusters inflate its variance over
// that of independent trials (at least 1): the ratio estimator's variance over p(1-p)/n (Rao and
// Scott 1992, Biometrics 48).
struct ClusteredShare {
  double hits = 0, trials = 0, design_effect = 1;
  double share() const { return hits / trials; }
};
ClusteredShare SumClusters(absl::Span<const ClusterCount> clusters);

// Difference of two shares: hits and trials divided by the design effect, then the hybrid score
// interval (Newcombe 1998, Statistics in Medicine 17, method 10) and the pooled two-proportion
// z test. nullopt where a group has no trial.
std::optional<SupportDifference> CompareShares(absl::Span<const ClusterCount> first,
                                               absl::Span<const ClusterCount> second);

// Difference of two means of independent values: Welch's t (1947). nullopt below two values a side.
std::optional<SupportDifference> CompareMeans(absl::Span<const double> first,
                                              absl::Span<const double> second);

// Each customer's values.
using Clusters = std::vector<absl::Span<const double>>;

// Difference of two medians. Interval: distribution-free, from order statistics (Price and Bonett
// 2002, Journal of Statistical Computation and Simulation 72), widened by the design effect of
// lying above the median. Test: Mann-Whitney for clustered data (Obuchowski 1997, Biometrics 53).
// nullopt below two customers or five values a side.
std::optional<SupportDifference> CompareMedians(const Clusters& first, const Clusters& second);

// Type 7: the mean of the two middle ones of an even number. `values` is not empty.
double MedianOf(std::vector<double> values);
std::vector<double> Flattened(const Clusters& clusters);

// P(X >= hits) of X binomial(trials, share), and 1 for trials 0.
double AtLeastP(double hits, double trials, double share);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SUPPORT_SUPPORT_COMPARISON_H_
