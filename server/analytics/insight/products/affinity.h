#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_PRODUCTS_AFFINITY_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_PRODUCTS_AFFINITY_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/base/stop.h"

namespace strata::analytics::insight {

// Baskets as the items they hold: a basket is an order, or a customer's whole history.
struct Baskets {
  uint32_t items = 0;  // items are 0 .. items - 1
  std::vector<uint32_t>
      content;  // items of basket 0, then of basket 1 ...; each item once a basket
  std::vector<uint32_t> begin = {0};  // basket i is content[begin[i], begin[i + 1])

  size_t size() const { return begin.size() - 1; }
};

// "Who has the antecedent also has the consequent."
struct AffinityRule {
  std::vector<uint32_t> antecedent;  // ascending
  uint32_t consequent = 0;
  int64_t count = 0;      // baskets with all of them
  double support = 0;     // count / baskets
  double confidence = 0;  // count / baskets with the antecedent
  double lift = 0;        // confidence / share of baskets with the consequent
};

struct AffinityOptions {
  double min_support = 0.001;  // (0, 1]; the least count is ceil(min_support * baskets)
  double min_confidence = 0.5;
  int max_items = 3;  // of a rule, both sides; 2 .. 10
  // Beyond these the search ends with RESOURCE_EXHAUSTED, which says to raise the support.
  size_t max_frequent_sets = 1'000'000;
  size_t max_frequent_items = 5'000;  // their pairs are counted in a triangle of 50 MB
  size_t max_work = 2'000'000'000;    // list entries looked at; about five seconds
  size_t min_count = 1;               // least baskets, where min_support asks for fewer
};

// All rules with one consequent and a non-empty antecedent (Agrawal and Srikant 1994), found depth
// first over lists of baskets (Zaki 2000) below the pairs, which are counted basket by basket. By
// lift descending, then count descending, then antecedent and consequent, so that the order is
// total.
absl::StatusOr<std::vector<AffinityRule>> MineAffinityRules(const Baskets& baskets,
                                                            const AffinityOptions& options,
                                                            const StopToken& stop);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_PRODUCTS_AFFINITY_H_
