#include "server/analytics/insight/segments/mover_ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "server/analytics/classes/revenue_order.h"

namespace strata::analytics::insight {
namespace {

using image::Slot;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RevenueRanksOf, ByHand) {
  image::TextList ids;
  for (const char* id : {"d", "b", "c", "a", "e"}) ids.Append(id);
  const std::vector<int64_t> revenue = {10, 30, 10, 0, -5}, orders = {1, 2, 1, 0, 1};
  // b 30, c and d 10 by id, e -5; a bought nothing.
  EXPECT_THAT(RevenueRanksOf({0, 3, 4, 1, 2}, revenue, orders, ids), ElementsAre(3, 0, 4, 1, 2));
  EXPECT_THAT(RevenueRanksOf({}, revenue, orders, ids), IsEmpty());
}

TEST(RevenueRanksOf, EqualASort) {
  std::mt19937 random(3);
  for (const size_t n : {size_t{1}, size_t{70'000}, size_t{200'000}}) {
    image::TextList ids;
    std::vector<int64_t> revenue(n), orders(n);
    std::vector<Slot> buyers, asked;
    for (size_t i = 0; i < n; ++i) {
      ids.Append(absl::StrCat("c", (i * 7'919) % 1'000'003));
      revenue[i] = static_cast<int64_t>(random() % 1'000) - 100;  // many ties
      orders[i] = random() % 5;
      if (orders[i] > 0) buyers.push_back(static_cast<Slot>(i));
      if (random() % 200 == 0) asked.push_back(static_cast<Slot>(i));
    }
    classes::SortByRevenue(buyers, revenue, ids);
    std::vector<int64_t> rank(n, 0), expected;
    for (size_t place = 0; place < buyers.size(); ++place) {
      rank[buyers[place]] = static_cast<int64_t>(place) + 1;
    }
    for (const Slot slot : asked) expected.push_back(rank[slot]);
    EXPECT_EQ(RevenueRanksOf(asked, revenue, orders, ids), expected) << n;
  }
}

}  // namespace
}  // namespace strata::analytics::insight
