// Baskets and white space: hand arithmetic, and the same written naively over the model's rows.
#include "server/analytics/insight/products/white_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "server/analytics/segment/population.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::insight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

fields::Scope ScopeOf(image::RevisionPtr revision, absl::string_view as_of = "") {
  return *fields::ResolveScope(std::move(revision), as_of, "", "", "", fields::ClassesAt::kAsOf,
                               StopToken());
}

std::vector<uint8_t> Everybody(const fields::Scope& scope) {
  return segment::SelectCustomers(scope, {})->include;
}

// One order of one line for each item, each of `units`.
void Buy(ModelWorkspace& model, const std::string& customer, absl::string_view day,
         const std::vector<std::pair<std::string, int64_t>>& items) {
  ModelWorkspace::OrderRow& row = model.orders.emplace_back();
  row.customer = model.Customer(customer);
  row.day = *ParseDay(day);
  row.status = "shipped";
  for (const auto& [item, units] : items) {
    row.lines.push_back({item, item.substr(0, 1), 1, units * kMicrosAUnit});
  }
}

TEST(WhiteSpace, HandCounted) {
  ModelWorkspace model;
  Buy(model, "me", "2024-06-01", {{"tea", 10}});
  Buy(model, "ann", "2024-06-01", {{"tea", 30}, {"cups", 8}});
  Buy(model, "bob", "2024-07-01", {{"tea", 5}, {"cups", 4}, {"milk", 1}});
  Buy(model, "cid", "2024-07-01", {{"ink", 100}});               // shares nothing
  Buy(model, "old", "2023-01-01", {{"tea", 5}, {"cups", 900}});  // not within the year
  const fields::Scope scope = ScopeOf(model.Build());
  const auto found =
      FindWhiteSpace(scope, Everybody(scope), static_cast<image::Slot>(model.Customer("me")), {});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(FormatDay(found->days.from), "2023-07-03");  // 365 days, with the last
  EXPECT_EQ(found->bought, 1);
  EXPECT_EQ(found->similar, 2);
  EXPECT_NEAR(found->least_similarity, 5 / std::sqrt(42.0), 1e-9);  // bob's
  ASSERT_EQ(found->items.size(), 1u);                               // milk has one buyer only
  EXPECT_EQ(found->items[0].name, "cups");
  EXPECT_EQ(found->items[0].buyers, 2);
  EXPECT_DOUBLE_EQ(found->items[0].share_of_similar, 1);
  EXPECT_EQ(found->items[0].expected_value, (Amount{6, 0}));  // (8 + 4) / 2
  EXPECT_THAT(found->items[0].because, ElementsAre("tea"));
}

TEST(WhiteSpace, NearestFirstAndTiesById) {
  ModelWorkspace model;
  Buy(model, "me", "2024-06-01", {{"tea", 10}, {"milk", 10}});
  Buy(model, "b", "2024-06-01", {{"tea", 7}, {"milk", 7}, {"x", 1}});
  Buy(model, "a", "2024-06-01", {{"tea", 21}, {"milk", 21}, {"x", 3}});  // as b, times 3
  Buy(model, "far", "2024-06-01", {{"tea", 1}, {"y", 50}});
  WhiteSpaceOptions options;
  options.neighbours = 1;
  options.min_buyers = 1;
  const fields::Scope scope = ScopeOf(model.Build());
  const auto found = FindWhiteSpace(scope, Everybody(scope), 0, options);
  ASSERT_EQ(found->items.size(), 1u);
  EXPECT_EQ(found->items[0].expected_value, (Amount{3, 0}));  // a's, not b's
}

TEST(WhiteSpace, ReturnsCancellationsAndNobody) {
  ModelWorkspace model;
  Buy(model, "me", "2024-06-01", {{"tea", 10}});
  Buy(model, "ann", "2024-06-01", {{"tea", 5}, {"cups", -4}});  // 5 - 4 = 1: a purchase
  Buy(model, "eve", "2024-06-01", {{"tea", 1}, {"cups", -4}});  // 1 - 4 = -3: a return
  Buy(model, "bob", "2024-06-01", {{"tea", 1}, {"ink", 5}});
  model.orders.back().status = "cancelled";
  Buy(model, "nobody", "2022-01-01", {{"tea", 1}});
  WhiteSpaceOptions options;
  options.min_buyers = 1;
  const fields::Scope scope = ScopeOf(model.Build());
  const auto found = FindWhiteSpace(scope, Everybody(scope), 0, options);
  EXPECT_EQ(found->similar, 1);  // ann; neither bob's order nor eve's is a purchase
  EXPECT_THAT(found->items, IsEmpty());
  const auto none = FindWhiteSpace(scope, Everybody(scope),
                                   static_cast<image::Slot>(model.Customer("nobody")), options);
  EXPECT_EQ(none->bought, 0);
  EXPECT_EQ(none->similar, 0);
}

// The naive twins.
const std::string& Name(const ModelLine& line, ItemKind kind) {
  return kind == ItemKind::kProduct ? line.product : line.product_line;
}

using Spent = std::map<std::string, MicrosSum>;

std::map<size_t, Spent> SpentByCustomer(const ModelWorkspace& model, fields::DayRange days,
                                        ItemKind kind) {
  std::map<size_t, Spent> all;
  for (const ModelWorkspace::OrderRow& row : model.orders) {
    if (!days.Contains(row.day) || !row.IsPurchase()) continue;
    for (const ModelLine& line : row.lines) {
      if (Name(line, kind).empty() || line.amount < 0 || line.quantity_micros < 0) continue;
      all[row.customer][Name(line, kind)] += line.amount;
    }
  }
  for (auto& [customer, spent] : all) {
    for (auto it = spent.begin(); it != spent.end();) {
      it = it->second < kMicrosAUnit / 100 ? spent.erase(it) : std::next(it);
    }
  }
  return all;
}

double Dot(const Spent& a, const Spent& b) {
  double sum = 0;
  for (const auto& [name, micros] : a) {
    const auto other = b.find(name);
    if (other == b.end()) continue;
    sum += static_cast<double>(micros / 10'000) * static_cast<double>(other->second / 10'000);
  }
  return sum;
}

std::string Text(const WhiteSpace::Item& item) {
  std::string text = absl::StrCat(item.name, " ", item.buyers, " ",
                                  FormatAmount(*item.expected_value), " because");
  for (const std::string& name : item.because) absl::StrAppend(&text, " ", name);
  return text;
}

std::vector<std::string> NaiveWhiteSpace(const ModelWorkspace& model,
                                         const std::vector<uint8_t>& include, fields::DayRange days,
                                         size_t customer, const WhiteSpaceOptions& options) {
  std::map<size_t, Spent> spent = SpentByCustomer(model, days, options.item);
  const Spent own = spent[customer];
  std::vector<std::tuple<int64_t, std::string, size_t>> ranked;
  for (const auto& [other, theirs] : spent) {
    const double product = Dot(own, theirs);
    if (other == customer || !include[other] || product == 0) continue;
    const double cosine = product / std::sqrt(Dot(own, own) * Dot(theirs, theirs));
    ranked.emplace_back(-std::llround(cosine * 1e9), model.customers[other].id, other);
  }
  std::sort(ranked.begin(), ranked.end());
  if (ranked.size() > static_cast<size_t>(options.neighbours)) {
    ranked.resize(static_cast<size_t>(options.neighbours));
  }
  std::map<std::string, std::vector<size_t>> buyers;
  for (const auto& [similarity, id, other] : ranked) {
    for (const auto& [name, micros] : spent[other]) buyers[name].push_back(other);
  }
  std::vector<std::tuple<MicrosSum, int64_t, std::string, std::string>> found;
  for (const auto& [name, who] : buyers) {
    if (own.count(name) != 0 || who.size() < static_cast<size_t>(options.min_buyers)) continue;
    MicrosSum sum = 0;
    std::map<std::string, int64_t> both;
    for (const size_t other : who) {
      sum += spent[other][name];
      for (const auto& [mine, micros] : own) {
        if (spent[other].count(mine) != 0) --both[mine];
      }
    }
    std::vector<std::pair<int64_t, std::string>> shared;
    for (const auto& [mine, count] : both) shared.emplace_back(count, mine);
    std::sort(shared.begin(), shared.end());
    WhiteSpace::Item item;
    item.name = name;
    item.buyers = static_cast<int64_t>(who.size());
    item.expected_value = *AmountFromRatio(sum, static_cast<int64_t>(ranked.size()));
    for (size_t i = 0; i < std::min<size_t>(3, shared.size()); ++i) {
      item.because.push_back(shared[i].second);
    }
    found.emplace_back(-sum, -item.buyers, name, Text(item));
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> texts;
  for (const auto& entry : found) texts.push_back(std::get<3>(entry));
  return texts;
}

TEST(WhiteSpace, EqualsTheNaiveTwinOnRandomWorkspaces) {
  size_t compared = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    const ModelWorkspace model = RandomWorkspace(seed);
    const image::RevisionPtr revision =
        model.Build({.target_lines = 40, .max_customers = 16}, model.orders.size() / 5);
    const fields::Scope scope = ScopeOf(revision);
    const std::vector<uint8_t> include = Everybody(scope);
    WhiteSpaceOptions options;
    options.item = seed % 2 == 0 ? ItemKind::kProduct : ItemKind::kProductLine;
    options.neighbours = 1 + static_cast<int>(seed % 7);
    options.min_buyers = 1;
    for (image::Slot slot = 0; slot < model.customers.size(); slot += 3) {
      const auto found = FindWhiteSpace(scope, include, slot, options);
      ASSERT_TRUE(found.ok()) << found.status();
      std::vector<std::string> texts;
      for (const WhiteSpace::Item& item : found->items) texts.push_back(Text(item));
      EXPECT_EQ(texts, NaiveWhiteSpace(model, include, found->days, slot, options))
          << "seed " << seed << " slot " << slot;
      compared += texts.size();
    }
  }
  EXPECT_GT(compared, 100u);
}

TEST(Baskets, EqualTheNaiveTwinOnRandomWorkspaces) {
  size_t compared = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const ModelWorkspace model = RandomWorkspace(seed);
    const fields::Scope scope = ScopeOf(model.Build({}, model.orders.size() / 3));
    const std::vector<uint8_t> include = Everybody(scope);
    const ItemKind item = seed % 2 == 0 ? ItemKind::kProduct : ItemKind::kProductLine;
    const BasketKind kind = seed % 3 == 0 ? BasketKind::kCustomer : BasketKind::kOrder;
    std::map<size_t, std::set<std::string>> by_owner;
    for (size_t i = 0; i < model.orders.size(); ++i) {
      const ModelWorkspace::OrderRow& row = model.orders[i];
      if (!row.IsPurchase() || row.day > scope.as_of || !include[row.customer]) continue;
      std::set<std::string>& basket = by_owner[kind == BasketKind::kOrder ? i : row.customer];
      for (const ModelLine& line : row.lines) {
        if (line.amount >= 0 && line.quantity_micros >= 0) basket.insert(Name(line, item));
      }
      basket.erase("");
    }
    int64_t empty = 0;
    std::multiset<std::set<std::string>> expected, made;
    for (const auto& [owner, basket] : by_owner) {
      empty += basket.empty() ? 1 : 0;
      if (!basket.empty()) expected.insert(basket);
    }
    const auto named = CollectBaskets(scope, include, kind, item);
    ASSERT_TRUE(named.ok()) << named.status();
    for (size_t i = 0; i < named->baskets.size(); ++i) {
      std::set<std::string> basket;
      for (uint32_t at = named->baskets.begin[i]; at < named->baskets.begin[i + 1]; ++at) {
        EXPECT_TRUE(basket.insert(named->names[named->baskets.content[at]]).second);
      }
      made.insert(basket);
    }
    EXPECT_EQ(made, expected) << "seed " << seed;
    EXPECT_EQ(named->left_out, empty);
    EXPECT_TRUE(std::is_sorted(named->names.begin(), named->names.end()));
    compared += made.size();
  }
  EXPECT_GT(compared, 1000u);
}

TEST(WhiteSpace, EndsWhenNobodyWaits) {
  ModelWorkspace model;
  Buy(model, "me", "2024-06-01", {{"tea", 10}});
  fields::Scope scope = ScopeOf(model.Build());
  const std::vector<uint8_t> include = Everybody(scope);
  scope.stop = StopToken([] { return absl::CancelledError(""); });
  EXPECT_EQ(FindWhiteSpace(scope, include, 0, {}).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(CollectBaskets(scope, include, BasketKind::kOrder, ItemKind::kProduct).status().code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace strata::analytics::insight
