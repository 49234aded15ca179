#include "server/analytics/insight/affinity.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "server/base/status_macros.h"

namespace strata::analytics {
namespace {

using ItemSet = std::vector<uint32_t>;  // ascending
using BasketList = std::vector<uint32_t>;

// The frequent item sets with their counts, by depth-first search: a set is extended by items above
// its last one, and the baskets of the longer set are the intersection of two lists.
class FrequentSets {
 public:
  FrequentSets(const Baskets& baskets, const AffinityOptions& options, const StopToken& stop)
      : options_(options), stop_(stop) {
    // The small slack keeps a support of exactly k / n at k despite its rounding in binary.
    const double exact = options.min_support * static_cast<double>(baskets.size());
    min_count_ = static_cast<size_t>(std::max(1.0, std::ceil(exact - 1e-9)));
    for (const auto& [item, list] : SingleItems(baskets)) singles_.push_back({item, list});
  }

  absl::Status Search() {
    ItemSet prefix;
    return Extend(prefix, singles_);
  }

  const absl::flat_hash_map<ItemSet, int64_t>& counts() const { return counts_; }

 private:
  struct Extension {
    uint32_t item;
    BasketList baskets;
  };

  std::vector<std::pair<uint32_t, BasketList>> SingleItems(const Baskets& baskets) const {
    std::vector<BasketList> lists(baskets.items);
    for (uint32_t basket = 0; basket < baskets.size(); ++basket) {
      for (uint32_t i = baskets.begin[basket]; i < baskets.begin[basket + 1]; ++i) {
        lists[baskets.content[i]].push_back(basket);
      }
    }
    std::vector<std::pair<uint32_t, BasketList>> frequent;
    for (uint32_t item = 0; item < baskets.items; ++item) {
      if (lists[item].size() >= min_count_) frequent.emplace_back(item, std::move(lists[item]));
    }
    return frequent;
  }

  absl::Status Extend(ItemSet& prefix, const std::vector<Extension>& extensions) {
    STRATA_RETURN_IF_ERROR(stop_.Check());
    for (size_t i = 0; i < extensions.size(); ++i) {
      prefix.push_back(extensions[i].item);
      counts_[prefix] = static_cast<int64_t>(extensions[i].baskets.size());
      if (counts_.size() > options_.max_frequent_sets) {
        return absl::ResourceExhaustedError("too many frequent item sets: raise min_support");
      }
      if (static_cast<int>(prefix.size()) < options_.max_items) {
        std::vector<Extension> longer;
        for (size_t j = i + 1; j < extensions.size(); ++j) {
          BasketList both;
          std::set_intersection(extensions[i].baskets.begin(), extensions[i].baskets.end(),
                                extensions[j].baskets.begin(), extensions[j].baskets.end(),
                                std::back_inserter(both));
          if (both.size() >= min_count_) longer.push_back({extensions[j].item, std::move(both)});
        }
        STRATA_RETURN_IF_ERROR(Extend(prefix, longer));
      }
      prefix.pop_back();
    }
    return absl::OkStatus();
  }

  const AffinityOptions& options_;
  const StopToken& stop_;
  size_t min_count_ = 1;
  std::vector<Extension> singles_;
  absl::flat_hash_map<ItemSet, int64_t> counts_;
};

}  // namespace

absl::StatusOr<std::vector<AffinityRule>> MineAffinityRules(const Baskets& baskets,
                                                            const AffinityOptions& options,
                                                            const StopToken& stop) {
  std::vector<AffinityRule> rules;
  if (baskets.size() == 0) return rules;
  FrequentSets frequent(baskets, options, stop);
  STRATA_RETURN_IF_ERROR(frequent.Search());
  const double n = static_cast<double>(baskets.size());
  for (const auto& [items, count] : frequent.counts()) {
    if (items.size() < 2) continue;
    for (size_t i = 0; i < items.size(); ++i) {
      AffinityRule rule;
      rule.consequent = items[i];
      rule.antecedent = items;
      rule.antecedent.erase(rule.antecedent.begin() + static_cast<ptrdiff_t>(i));
      const int64_t antecedent_count = frequent.counts().at(rule.antecedent);
      rule.confidence = static_cast<double>(count) / static_cast<double>(antecedent_count);
      if (rule.confidence < options.min_confidence) continue;
      rule.count = count;
      rule.support = static_cast<double>(count) / n;
      rule.lift = rule.confidence / (static_cast<double>(frequent.counts().at({items[i]})) / n);
      rules.push_back(std::move(rule));
    }
  }
  std::sort(rules.begin(), rules.end(), [](const AffinityRule& a, const AffinityRule& b) {
    return std::make_tuple(-a.lift, -a.count, a.antecedent, a.consequent) <
           std::make_tuple(-b.lift, -b.count, b.antecedent, b.consequent);
  });
  return rules;
}

}  // namespace strata::analytics
