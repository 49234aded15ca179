#include "server/analytics/insight/products/affinity.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

using ItemSet = std::vector<uint32_t>;  // ascending
using BasketList = std::vector<uint32_t>;

// The frequent item sets with their counts, by depth-first search: a set is extended by items above
// its last one, and the baskets of the longer set are the intersection of two lists. Pairs are
// counted beforehand, so that only pairs that are frequent are intersected at all.
class FrequentSets {
 public:
  FrequentSets(const Baskets& baskets, const AffinityOptions& options, const StopToken& stop)
      : baskets_(baskets), options_(options), stop_(stop) {
    // The small slack keeps a support of exactly k / n at k despite its rounding in binary.
    const double exact = options.min_support * static_cast<double>(baskets.size());
    min_count_ = std::max({size_t{1}, options.min_count,
                           static_cast<size_t>(std::max(0.0, std::ceil(exact - 1e-9)))});
  }

  absl::Status Search() {
    FindSingles();
    if (singles_.size() > options_.max_frequent_items) {
      return absl::ResourceExhaustedError(
          absl::StrCat(singles_.size(), " products are frequent at this support, more than ",
                       options_.max_frequent_items, ": raise min_support or ask by product line"));
    }
    STRATA_RETURN_IF_ERROR(CountPairs());
    for (size_t i = 0; i < singles_.size(); ++i) STRATA_RETURN_IF_ERROR(ExtendSingle(i));
    return absl::OkStatus();
  }

  const absl::flat_hash_map<ItemSet, int64_t>& counts() const { return counts_; }

 private:
  struct Extension {
    uint32_t item;
    BasketList baskets;
  };

  void FindSingles() {
    std::vector<BasketList> lists(baskets_.items);
    for (uint32_t basket = 0; basket < baskets_.size(); ++basket) {
      for (uint32_t i = baskets_.begin[basket]; i < baskets_.begin[basket + 1]; ++i) {
        lists[baskets_.content[i]].push_back(basket);
      }
    }
    for (uint32_t item = 0; item < baskets_.items; ++item) {
      if (lists[item].size() >= min_count_) singles_.push_back({item, std::move(lists[item])});
    }
  }

  // Of two places in singles_, low < high.
  uint32_t& PairCount(size_t low, size_t high) { return pair_counts_[high * (high - 1) / 2 + low]; }

  absl::Status CountPairs() {
    constexpr uint32_t kRare = ~uint32_t{0};
    std::vector<uint32_t> place(baskets_.items, kRare);
    for (uint32_t i = 0; i < singles_.size(); ++i) place[singles_[i].item] = i;
    if (singles_.size() > 1) pair_counts_.resize(singles_.size() * (singles_.size() - 1) / 2);
    std::vector<uint32_t> places;
    for (size_t basket = 0; basket < baskets_.size(); ++basket) {
      places.clear();
      for (uint32_t i = baskets_.begin[basket]; i < baskets_.begin[basket + 1]; ++i) {
        if (place[baskets_.content[i]] != kRare) places.push_back(place[baskets_.content[i]]);
      }
      std::sort(places.begin(), places.end());
      STRATA_RETURN_IF_ERROR(Spend(places.size() * (places.size() + 1) / 2));
      for (size_t high = 1; high < places.size(); ++high) {
        for (size_t low = 0; low < high; ++low) ++PairCount(places[low], places[high]);
      }
    }
    return absl::OkStatus();
  }

  absl::Status ExtendSingle(size_t i) {
    const Extension& single = singles_[i];
    STRATA_RETURN_IF_ERROR(Put({single.item}, single.baskets.size()));
    std::vector<Extension> longer;
    for (size_t j = i + 1; j < singles_.size(); ++j) {
      const uint32_t count = PairCount(i, j);
      if (count < min_count_) continue;
      STRATA_RETURN_IF_ERROR(Put({single.item, singles_[j].item}, count));
      if (options_.max_items == 2) continue;
      STRATA_ASSIGN_OR_RETURN(BasketList both, Intersect(single.baskets, singles_[j].baskets));
      longer.push_back({singles_[j].item, std::move(both)});
    }
    ItemSet prefix = {single.item};
    return Extend(prefix, longer);
  }

  // `extensions` are counted already.
  absl::Status Extend(ItemSet& prefix, const std::vector<Extension>& extensions) {
    if (static_cast<int>(prefix.size()) + 2 > options_.max_items) return absl::OkStatus();
    for (size_t i = 0; i < extensions.size(); ++i) {
      prefix.push_back(extensions[i].item);
      std::vector<Extension> longer;
      for (size_t j = i + 1; j < extensions.size(); ++j) {
        STRATA_ASSIGN_OR_RETURN(BasketList both,
                                Intersect(extensions[i].baskets, extensions[j].baskets));
        if (both.size() < min_count_) continue;
        ItemSet items = prefix;
        items.push_back(extensions[j].item);
        STRATA_RETURN_IF_ERROR(Put(std::move(items), both.size()));
        longer.push_back({extensions[j].item, std::move(both)});
      }
      STRATA_RETURN_IF_ERROR(Extend(prefix, longer));
      prefix.pop_back();
    }
    return absl::OkStatus();
  }

  absl::StatusOr<BasketList> Intersect(const BasketList& a, const BasketList& b) {
    STRATA_RETURN_IF_ERROR(Spend(a.size() + b.size()));
    BasketList both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both;
  }

  absl::Status Put(ItemSet items, size_t count) {
    counts_[std::move(items)] = static_cast<int64_t>(count);
    if (counts_.size() <= options_.max_frequent_sets) return absl::OkStatus();
    return absl::ResourceExhaustedError("too many frequent item sets: raise min_support");
  }

  // Bounds the search and lets it end when nobody waits.
  absl::Status Spend(size_t entries) {
    constexpr size_t kBetweenChecks = 1 << 20;
    work_ += entries;
    if (work_ > options_.max_work) {
      return absl::ResourceExhaustedError(
          "the search for rules takes too long: raise min_support, lower max_items or ask by "
          "product line");
    }
    if (checked_at_ != 0 && work_ - checked_at_ < kBetweenChecks) return absl::OkStatus();
    checked_at_ = work_;
    return stop_.Check();
  }

  const Baskets& baskets_;
  const AffinityOptions& options_;
  const StopToken& stop_;
  size_t min_count_ = 1;
  size_t work_ = 0, checked_at_ = 0;
  std::vector<Extension> singles_;
  std::vector<uint32_t> pair_counts_;  // a triangle, see PairCount
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

}  // namespace strata::analytics::insight
