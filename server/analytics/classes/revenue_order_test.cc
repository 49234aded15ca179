#include "server/analytics/classes/revenue_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>

#include "server/analytics/classes/order_statistics.h"
#include "server/analytics/classes/slot_selection.h"

namespace strata::analytics::classes {
namespace {

using image::Slot;

// Enough customers for several ranges and parts.
constexpr size_t kCustomers = 150'000;

// Ids whose order has nothing to do with the slots'; some are a prefix of others.
void FillIds(std::mt19937_64& random, image::TextList& ids) {
  for (size_t i = 0; i < kCustomers; ++i) {
    std::string id = "customer-" + std::to_string(random() % 1'000'000'000'000);
    if (i % 7 == 0) id += "-and-a-longer-name-" + std::to_string(i);
    ids.Append(id + "#" + std::to_string(i));
  }
}

void ExpectSorted(const std::vector<int64_t>& revenue, const image::TextList& ids) {
  std::vector<Slot> slots(revenue.size());
  std::iota(slots.begin(), slots.end(), Slot{0});
  std::vector<Slot> expected = slots;
  std::sort(expected.begin(), expected.end(), [&](Slot a, Slot b) {
    return revenue[a] != revenue[b] ? revenue[a] > revenue[b] : ids[a] < ids[b];
  });
  SortByRevenue(slots, revenue, ids);
  EXPECT_TRUE(slots == expected);
}

TEST(RevenueOrder, SortsAnyDistributionAndBreaksTiesById) {
  std::mt19937_64 random(3);
  image::TextList ids;
  FillIds(random, ids);
  const auto revenues = [&](auto draw) {
    std::vector<int64_t> revenue(kCustomers);
    for (int64_t& value : revenue) value = draw();
    return revenue;
  };
  ExpectSorted(revenues([&] { return static_cast<int64_t>(random() % 500) * 10'000; }), ids);
  ExpectSorted(revenues([&] { return static_cast<int64_t>(random()); }), ids);  // both signs
  ExpectSorted(revenues([&] { return int64_t{42}; }), ids);
  // A few are worth more than all others together.
  ExpectSorted(revenues([&] { return int64_t{1} << (random() % 62); }), ids);
}

TEST(RevenueOrder, TheHighestAreThoseOfTheSortedOrder) {
  std::mt19937_64 random(4);
  image::TextList ids;
  FillIds(random, ids);
  std::vector<int64_t> revenue(kCustomers);
  for (int64_t& value : revenue) value = static_cast<int64_t>(random() % 100);
  std::vector<Slot> slots(kCustomers);
  std::iota(slots.begin(), slots.end(), Slot{0});
  const std::vector<size_t> counts = {0, 1, 30'000, 75'000, kCustomers};
  const std::vector<TopByRevenue> tops = TopByRevenue::Find(slots, counts, revenue, ids);
  std::vector<Slot> sorted = slots;
  SortByRevenue(sorted, revenue, ids);
  for (size_t i = 0; i < counts.size(); ++i) {
    for (size_t place = 0; place < kCustomers; ++place) {
      ASSERT_EQ(tops[i].Contains(sorted[place], revenue[sorted[place]]), place < counts[i])
          << counts[i] << " highest, place " << place;
    }
  }
}

TEST(OrderStatistics, AreThoseOfTheSortedValues) {
  std::mt19937_64 random(5);
  for (const uint64_t spread : {uint64_t{1}, uint64_t{100}, uint64_t{16'384}, uint64_t{16'385},
                                uint64_t{1} << 40, ~uint64_t{0}}) {
    std::vector<int64_t> values(100'000);
    for (int64_t& value : values) value = static_cast<int64_t>(random() % spread) - 50;
    std::vector<int64_t> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const std::vector<size_t> places = {0, 1, 19'999, 20'000, 50'000, 50'001, 99'999};
    const std::vector<int64_t> found = OrderStatistics(values, places);
    ASSERT_EQ(found.size(), places.size());
    for (size_t i = 0; i < places.size(); ++i) {
      EXPECT_EQ(found[i], sorted[places[i]]) << "place " << places[i] << " of spread " << spread;
    }
  }
}

TEST(SlotSelection, PicksInOrderAcrossRanges) {
  const auto picks = [](Slot slot) { return slot % 3 == 1 || slot / 40'000 == 2; };
  std::vector<Slot> expected;
  for (Slot slot = 0; slot < kCustomers; ++slot) {
    if (picks(slot)) expected.push_back(slot);
  }
  // Given back and taken again: what is left in the memory must not show.
  for (int round = 0; round < 2; ++round) {
    std::vector<Slot> selected = SelectSlots(kCustomers, picks);
    EXPECT_TRUE(selected == expected);
    std::vector<int64_t> values(kCustomers);
    std::iota(values.begin(), values.end(), int64_t{7});
    std::vector<int64_t> picked = ValuesOf(selected, values);
    ASSERT_EQ(picked.size(), expected.size());
    for (size_t i = 0; i < picked.size(); ++i) ASSERT_EQ(picked[i], expected[i] + int64_t{7});
    facts::GiveColumn(selected);
    facts::GiveColumn(picked);
  }
}

}  // namespace
}  // namespace strata::analytics::classes
