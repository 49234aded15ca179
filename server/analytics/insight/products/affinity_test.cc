#include "server/analytics/insight/products/affinity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bitset>
#include <map>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/analytics/testing/published_figures.h"

namespace strata::analytics::insight {
namespace {

struct NamedBaskets {
  Baskets baskets;
  std::vector<std::string> names;

  uint32_t Item(const std::string& name) {
    const auto [at, is_new] = numbers.emplace(name, names.size());
    if (is_new) names.push_back(name);
    baskets.items = static_cast<uint32_t>(names.size());
    return static_cast<uint32_t>(at->second);
  }
  void Add(const std::set<std::string>& basket) {
    for (const std::string& name : basket) baskets.content.push_back(Item(name));
    baskets.begin.push_back(static_cast<uint32_t>(baskets.content.size()));
  }
  // "a + b -> c"
  std::string Name(const AffinityRule& rule) const {
    std::set<std::string> left;
    for (const uint32_t item : rule.antecedent) left.insert(names[item]);
    std::string text;
    for (const std::string& item : left) text += (text.empty() ? "" : " + ") + item;
    return text + " -> " + names[rule.consequent];
  }
  std::map<std::string, size_t> numbers;
};

NamedBaskets ReadGroceries(const std::string& path) {
  NamedBaskets named;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    std::set<std::string> basket;
    for (absl::string_view item : absl::StrSplit(absl::StripSuffix(line, "\r"), ',')) {
      basket.emplace(item);
    }
    named.Add(basket);
  }
  return named;
}

TEST(Affinity, RulesPublishedOnGroceries) {
  STRATA_REFERENCE_OR_SKIP(data, "groceries/groceries.csv");
  STRATA_REFERENCE_OR_SKIP(path, "groceries/expected.json");
  const nlohmann::json expected = strata::testing::ReferenceJson(path);
  const NamedBaskets groceries = ReadGroceries(data);
  EXPECT_EQ(groceries.baskets.size(), expected["transactions"].get<size_t>());
  EXPECT_EQ(groceries.names.size(), expected["items"].get<size_t>());
  EXPECT_EQ(groceries.baskets.content.size(), expected["item_occurrences"].get<size_t>());

  const auto find = [&](const std::vector<AffinityRule>& rules, const nlohmann::json& wanted) {
    std::string name;
    for (const std::string& item : wanted["lhs"].get<std::set<std::string>>()) {
      name += (name.empty() ? "" : " + ") + item;
    }
    name += " -> " + wanted["rhs"].get<std::string>();
    for (const AffinityRule& rule : rules) {
      if (groceries.Name(rule) != name) continue;
      EXPECT_EQ(rule.count, wanted["count"].get<int64_t>()) << name;
      EXPECT_NEAR(rule.support, wanted["support"].get<double>(), 5e-9) << name;
      EXPECT_NEAR(rule.confidence, wanted["confidence"].get<double>(), 5e-8) << name;
      EXPECT_NEAR(rule.lift, wanted["lift"].get<double>(), 5e-5) << name;
      return true;
    }
    return false;
  };
  const struct {
    double support, confidence;
    const char *count, *examples;
  } runs[] = {{0.001, 0.8, "rules_supp.001_conf.8", "top_lift_410"},
              {0.006, 0.25, "rules_supp.006_conf.25_minlen2", "top_lift_463"},
              {0.01, 0.5, "rules_supp.01_conf.5", "top_lift_15"}};
  for (const auto& run : runs) {
    AffinityOptions options{run.support, run.confidence, 10};
    const auto rules = MineAffinityRules(groceries.baskets, options, StopToken());
    ASSERT_TRUE(rules.ok());
    EXPECT_EQ(rules->size(), expected[run.count].get<size_t>()) << run.count;
    for (const nlohmann::json& example : expected[run.examples]) {
      EXPECT_TRUE(find(*rules, example)) << example;
    }
    if (std::string(run.examples) == "top_lift_410") {
      EXPECT_EQ(groceries.Name(rules->front()), "liquor + red/blush wine -> bottled beer");
    }
  }
}

TEST(Affinity, HandCounted) {
  NamedBaskets shop;
  shop.Add({"bread", "butter"});
  shop.Add({"bread", "butter", "jam"});
  shop.Add({"bread"});
  shop.Add({"tea"});
  const auto rules = MineAffinityRules(shop.baskets, {0.5, 0.6, 3}, StopToken());
  ASSERT_TRUE(rules.ok());
  ASSERT_EQ(rules->size(), 2u);
  EXPECT_EQ(shop.Name((*rules)[0]), "bread -> butter");
  EXPECT_DOUBLE_EQ((*rules)[0].confidence, 2.0 / 3);
  EXPECT_DOUBLE_EQ((*rules)[0].lift, 4.0 / 3);
  EXPECT_EQ(shop.Name((*rules)[1]), "butter -> bread");
  EXPECT_DOUBLE_EQ((*rules)[1].confidence, 1);
}

TEST(Affinity, EqualsCountingEverySubset) {
  std::mt19937 random(5);
  for (int round = 0; round < 30; ++round) {
    NamedBaskets shop;
    for (int i = 0; i < 40; ++i) {
      std::set<std::string> basket;
      for (int item = 0; item < 7; ++item) {
        if (random() % 3 == 0) basket.insert(std::string(1, static_cast<char>('a' + item)));
      }
      if (!basket.empty()) shop.Add(basket);
    }
    const double n = static_cast<double>(shop.baskets.size());
    std::vector<uint32_t> masks(shop.baskets.size());
    for (size_t i = 0; i < masks.size(); ++i) {
      for (uint32_t at = shop.baskets.begin[i]; at < shop.baskets.begin[i + 1]; ++at) {
        masks[i] |= 1U << shop.baskets.content[at];
      }
    }
    const auto count = [&masks](uint32_t set) {
      return std::count_if(masks.begin(), masks.end(),
                           [set](uint32_t mask) { return (mask & set) == set; });
    };
    AffinityOptions options{0.1, 0.4, 2 + round % 4};
    options.min_count = static_cast<size_t>(round % 6);
    std::set<std::string> expected, made;
    for (uint32_t set = 1; set < 1U << shop.baskets.items; ++set) {
      const auto items = static_cast<int>(std::bitset<32>(set).count());
      const int64_t all = count(set);
      if (items < 2 || items > options.max_items || all < static_cast<int64_t>(options.min_count) ||
          static_cast<double>(all) < 0.1 * n - 1e-9) {
        continue;
      }
      for (uint32_t item = 0; item < shop.baskets.items; ++item) {
        if ((set >> item & 1) == 0) continue;
        const int64_t left = count(set & ~(1U << item));
        if (static_cast<double>(all) / static_cast<double>(left) < 0.4) continue;
        expected.insert(absl::StrCat(set, " ", item, " ", all));
      }
    }
    const auto rules = MineAffinityRules(shop.baskets, options, StopToken());
    ASSERT_TRUE(rules.ok());
    for (const AffinityRule& rule : *rules) {
      uint32_t set = 1U << rule.consequent;
      for (const uint32_t item : rule.antecedent) set |= 1U << item;
      made.insert(absl::StrCat(set, " ", rule.consequent, " ", rule.count));
    }
    EXPECT_EQ(made, expected) << "round " << round;
    EXPECT_FALSE(made.empty());
  }
}

TEST(Affinity, EndsWhenTooMuchWouldBeFoundOrNobodyWaits) {
  NamedBaskets shop;
  for (int i = 0; i < 3; ++i) shop.Add({"a", "b", "c", "d", "e", "f"});
  AffinityOptions options{0.5, 0.5, 6};
  options.max_frequent_sets = 10;
  EXPECT_EQ(MineAffinityRules(shop.baskets, options, StopToken()).status().code(),
            absl::StatusCode::kResourceExhausted);
  options = {0.5, 0.5, 6};
  options.max_frequent_items = 5;
  EXPECT_EQ(MineAffinityRules(shop.baskets, options, StopToken()).status().code(),
            absl::StatusCode::kResourceExhausted);
  options.max_frequent_items = 6;
  options.max_work = 50;
  EXPECT_EQ(MineAffinityRules(shop.baskets, options, StopToken()).status().code(),
            absl::StatusCode::kResourceExhausted);
  const StopToken cancelled([] { return absl::CancelledError(""); });
  EXPECT_EQ(MineAffinityRules(shop.baskets, {}, cancelled).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_TRUE(MineAffinityRules(Baskets{}, {}, StopToken())->empty());
}

}  // namespace
}  // namespace strata::analytics::insight
