#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "server/analytics/classes/abc.h"
#include "server/analytics/classes/loyalty.h"
#include "server/analytics/classes/order_statistics.h"
#include "server/analytics/classes/revenue_order.h"
#include "server/analytics/classes/tier.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/testing/csv_rows.h"
#include "server/analytics/testing/model_workspace.h"
#include "server/analytics/testing/published_figures.h"

// The built-in partitions and what they are made of.

namespace strata::analytics::fields {
namespace {

using ::testing::ElementsAre;

TEST(CountOfShare, CountsInBasisPoints) {
  EXPECT_EQ(classes::CountOfShare(92, 2'000, ShareRounding::kFloor), 18);  // 18.4
  EXPECT_EQ(classes::CountOfShare(92, 2'000, ShareRounding::kCeil), 19);
  EXPECT_EQ(classes::CountOfShare(92, 2'000, ShareRounding::kRound), 18);
  EXPECT_EQ(classes::CountOfShare(5, 1'000, ShareRounding::kRound), 1);  // 0.5
  EXPECT_EQ(classes::CountOfShare(100, 2'900, ShareRounding::kFloor),
            29);  // floor(0.29 * 100) is 28 in doubles
  EXPECT_EQ(classes::CountOfShare(0, 2'000, ShareRounding::kCeil), 0);
}

TEST(OrderStatistics, EqualASort) {
  std::mt19937_64 random(5);
  for (const size_t n : {size_t{1}, size_t{100}, size_t{4'097}, size_t{50'000}}) {
    for (const int shape : {0, 1, 2, 3}) {
      std::vector<int64_t> values(n);
      for (int64_t& value : values) {
        value = static_cast<int64_t>(random());
        if (shape == 1) value %= 7;
        if (shape == 2) value = value % 100 == 0 ? value : value % 1'000;  // a heavy tail
        if (shape == 3) value = -5;
      }
      std::vector<size_t> places = {0, n / 3, n / 2, n - 1};
      places.erase(std::unique(places.begin(), places.end()), places.end());
      const std::vector<int64_t> found = classes::OrderStatistics(values, places);
      std::sort(values.begin(), values.end());
      ASSERT_EQ(found.size(), places.size());
      for (size_t i = 0; i < places.size(); ++i) EXPECT_EQ(found[i], values[places[i]]);
    }
  }
}

class Ranking : public ::testing::Test {
 protected:
  // Customers with equal revenue are frequent; ids do not follow the slots.
  void Fill(size_t n, int64_t spread) {
    std::mt19937_64 random(n);
    for (size_t i = 0; i < n; ++i) {
      ids_.Append(absl::StrCat("id", i * 7'919 % 100'003));
      revenue_.push_back(static_cast<int64_t>(random() % static_cast<uint64_t>(spread)) -
                         spread / 4);
      slots_.push_back(static_cast<image::Slot>(i));
    }
    sorted_ = slots_;
    std::sort(sorted_.begin(), sorted_.end(), [this](image::Slot a, image::Slot b) {
      return revenue_[a] != revenue_[b] ? revenue_[a] > revenue_[b] : ids_[a] < ids_[b];
    });
  }

  image::TextList ids_;
  std::vector<int64_t> revenue_;
  std::vector<image::Slot> slots_, sorted_;
};

TEST_F(Ranking, SortsByRevenueThenId) {
  Fill(20'000, 3'000);
  classes::SortByRevenue(slots_, revenue_, ids_);
  EXPECT_EQ(slots_, sorted_);
}

TEST_F(Ranking, SortsTiesByIdsOfAnyForm) {
  // Ids that share eight bytes and more behind a common prefix, short ones, one a prefix of
  // another.
  for (const char* id : {"k/aaaaaaaaaaaab", "k/aaaaaaaaaaaaa", "k/aaaaaaaa", "k/", "k/a", "k/\xff",
                         "k/aaaaaaaaaaaaaa", "k/b"}) {
    ids_.Append(id);
    slots_.push_back(static_cast<image::Slot>(slots_.size()));
    revenue_.push_back(3);
  }
  classes::SortByRevenue(slots_, revenue_, ids_);
  EXPECT_THAT(slots_, ElementsAre(3, 4, 2, 1, 6, 0, 7, 5));
}

TEST_F(Ranking, SortsRevenueOfAnySize) {
  Fill(5'000, int64_t{1} << 62);
  revenue_[7] = std::numeric_limits<int64_t>::min() + 1;
  revenue_[9] = std::numeric_limits<int64_t>::max();
  classes::SortByRevenue(slots_, revenue_, ids_);
  EXPECT_EQ(slots_.front(), 9u);
  EXPECT_EQ(slots_.back(), 7u);
  EXPECT_TRUE(std::is_sorted(slots_.begin(), slots_.end(), [this](image::Slot a, image::Slot b) {
    return revenue_[a] > revenue_[b];
  }));
}

TEST_F(Ranking, TopHoldsTheFirstOfTheOrder) {
  Fill(10'000, 50);
  const std::vector<size_t> counts = {0, 0, 1, 1'999, 2'000, 10'000};
  const std::vector<classes::TopByRevenue> tops =
      classes::TopByRevenue::Find(slots_, counts, revenue_, ids_);
  for (size_t i = 0; i < counts.size(); ++i) {
    for (size_t place = 0; place < sorted_.size(); ++place) {
      ASSERT_EQ(tops[i].Contains(sorted_[place], revenue_[sorted_[place]]), place < counts[i]);
    }
  }
}

TEST(Tier, ByHand) {
  image::TextList ids;
  for (const char* id : {"e", "d", "c", "b", "a", "x", "y", ""}) ids.Append(id);
  // Five earn, so floor(0.2 * 5) = 1 is strategic and floor(0.5 * 5) = 2 are at least growth; of
  // those with equal revenue the one with the lower id comes first. The sixth and seventh earn
  // nothing, the last slot holds no customer.
  const std::vector<int64_t> revenue = {10, 30, 30, 50, 50, 0, -4, 0};
  const std::vector<int8_t> declared = {-1, 0, -1, -1, 0, 1, 0, -1};
  const std::vector<uint8_t> present = {1, 1, 1, 1, 1, 1, 1, 0};
  EXPECT_THAT(classes::TierPartition(revenue, declared, present, classes::TierRule(), ids),
              ElementsAre(3, 3, 3, 2, 1, 1, 4, 0));
  classes::TierRule rule;
  rule.rounding = ShareRounding::kCeil;
  EXPECT_THAT(classes::TierPartition(revenue, declared, present, rule, ids),
              ElementsAre(3, 3, 2, 2, 1, 1, 4, 0));
  EXPECT_EQ(classes::TierNames()[1], "strategic");
}

TEST(Loyalty, ByHand) {
  const classes::LoyaltyRule rule;
  EXPECT_EQ(classes::LoyaltyOf(0, 500 * kOneUnit, rule), classes::Loyalty::kNone);
  EXPECT_EQ(classes::LoyaltyOf(1, 500 * kOneUnit, rule), classes::Loyalty::kPeriodic);
  EXPECT_EQ(classes::LoyaltyOf(2, 99 * kOneUnit, rule), classes::Loyalty::kLoyal);
  EXPECT_EQ(classes::LoyaltyOf(2, 100 * kOneUnit - 1, rule),
            classes::Loyalty::kLoyal);  // 99.999999
  EXPECT_EQ(classes::LoyaltyOf(2, 100 * kOneUnit, rule), classes::Loyalty::kVip);
  classes::LoyaltyRule stricter;
  stricter.vip_purchases = 4;
  EXPECT_EQ(classes::LoyaltyOf(3, 100 * kOneUnit, stricter), classes::Loyalty::kLoyal);
}

TEST(Abc, WhoCrossesAMarkBelongsToIt) {
  image::TextList ids;
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) ids.Append(id);
  const std::vector<uint8_t> present = {1, 1, 1, 1, 1, 0};
  // Of 100: 79 + 11 crosses 80, + 6 crosses 95, the last 4 are C.
  EXPECT_THAT(classes::AbcPartition({4, 79, 11, 6, -50, 0}, present, ids),
              ElementsAre(3, 1, 1, 2, 4, 0));
  // 80 is reached exactly: the next one is B.
  EXPECT_THAT(classes::AbcPartition({80, 15, 5, 0, 0, 0}, present, ids),
              ElementsAre(1, 2, 3, 4, 4, 0));
}

std::map<std::string, int> Counts(const image::Revision& revision, const std::string& field) {
  const Features features =
      *Features::Compute(revision, revision.last_event_day, {field}, StopToken());
  std::map<std::string, int> counts;
  for (image::Slot slot = 0; slot < revision.slots; ++slot) {
    ++counts[std::get<std::string>(features.Column(field).At(slot))];
  }
  return counts;
}

// The facts of a flat file: a line a row, rows of one order are consecutive or not.
class FlatFile {
 public:
  void Add(const std::string& customer, const std::string& order, Day day,
           const std::string& status, int64_t units, Micros amount) {
    const auto [who, new_customer] = customers_.try_emplace(customer, model.customers.size());
    if (new_customer) model.customers.emplace_back().id = customer;
    const auto [which, new_order] = orders_.try_emplace(order, model.orders.size());
    if (new_order) model.orders.push_back({who->second, day, status, "", {}});
    model.orders[which->second].lines.push_back({"", "", units * kOneUnit, amount});
  }
  ModelWorkspace model;

 private:
  std::map<std::string, size_t> customers_, orders_;
};

TEST(Tier, EqualsThePublishedCounts) {
  STRATA_REFERENCE_OR_SKIP(path, "sales_data_sample/sales_data_sample.csv");
  FlatFile file;
  for (const CsvRow& row : ReadCsv(path)) {
    int month = 0, day = 0, year = 0;
    ASSERT_EQ(sscanf(row.at("ORDERDATE").c_str(), "%d/%d/%d", &month, &day, &year), 3);
    file.Add(row.at("CUSTOMERNAME"), row.at("ORDERNUMBER"), DayFromCivil({year, month, day}),
             row.at("STATUS"), std::stoi(row.at("QUANTITYORDERED")), *ParseMicros(row.at("SALES")));
  }
  const auto revision = file.model.Build();
  EXPECT_EQ(revision->orders, 307);
  EXPECT_EQ(Counts(*revision, "tier"),
            (std::map<std::string, int>{{"strategic", 18}, {"growth", 28}, {"standard", 46}}));
  // 9,838,141.37 without cancelled orders, of which the top 20% make 40.935%.
  const Features features =
      *Features::Compute(*revision, revision->last_event_day, {"revenue", "tier"}, StopToken());
  int64_t total = 0, strategic = 0;
  for (image::Slot slot = 0; slot < revision->slots; ++slot) {
    const int64_t revenue = features.Column("revenue").integers[slot];
    total += revenue;
    if (features.Column("tier").codes[slot] == static_cast<uint32_t>(classes::Tier::kStrategic)) {
      strategic += revenue;
    }
  }
  EXPECT_EQ(FormatMicros(total), "9838141.37");
  EXPECT_NEAR(static_cast<double>(strategic) / static_cast<double>(total), 0.40935, 5e-6);
}

TEST(Loyalty, EqualsThePublishedCounts) {
  STRATA_REFERENCE_OR_SKIP(path, "internet_sales/FactTable.csv");
  FlatFile file;
  int line = 0;
  for (const CsvRow& row : ReadCsv(path)) {
    file.Add(row.at("CustomerKey"), absl::StrCat(line++), *ParseDay(row.at("OrderDate")), "",
             std::stoi(row.at("OrderQuantity")), 0);
  }
  EXPECT_EQ(Counts(*file.model.Build(), "loyalty"),
            (std::map<std::string, int>{{"Loyal", 15'676}, {"Periodic", 2'492}, {"VIP", 316}}));
}

}  // namespace
}  // namespace strata::analytics::fields
