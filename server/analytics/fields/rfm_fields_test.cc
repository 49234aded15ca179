#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "server/analytics/classes/rfm.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/testing/csv_rows.h"
#include "server/analytics/testing/model_workspace.h"
#include "server/analytics/testing/published_figures.h"

namespace strata::analytics::fields {
namespace {

using ::testing::ElementsAre;

TEST(Rfm, CutsAreTypeSevenQuantilesPlusOneUnit) {
  // n = 6: the quantile at k/5 lies at place k exactly, so the cuts are the values plus one unit.
  const std::vector<int64_t> recency = {60, 10, 20, 30, 40, 50};
  const std::vector<int64_t> frequency = {1, 2, 3, 4, 5, 6};
  std::vector<int64_t> monetary = {100, 200, 300, 400, 500, 600};
  for (int64_t& amount : monetary) amount *= 1'000'000;
  const classes::RfmScores scores = classes::ScoreRfm({recency, frequency, monetary});
  EXPECT_EQ(scores.recency.At(0), 21);
  EXPECT_EQ(scores.recency.At(3), 51);
  EXPECT_EQ(scores.frequency.At(0), 3);
  EXPECT_EQ(scores.monetary.At(0), 201e6);
  EXPECT_THAT(scores.r, ElementsAre(1, 5, 5, 4, 3, 2));
  EXPECT_THAT(scores.f, ElementsAre(1, 1, 2, 3, 4, 5));
  EXPECT_THAT(scores.m, ElementsAre(1, 1, 2, 3, 4, 5));
}

TEST(Rfm, CutsBetweenValuesAreExact) {
  // n = 3: the quantile at 1/5 lies at 0.4 between 0 and 1: 0.4 days, plus 1.
  const classes::RfmScores scores = classes::ScoreRfm({{0, 1, 3}, {1, 1, 1}, {0, 0, 0}});
  EXPECT_DOUBLE_EQ(scores.recency.At(0), 1.4);
  EXPECT_DOUBLE_EQ(scores.recency.At(1), 1.8);
  EXPECT_DOUBLE_EQ(scores.recency.At(2), 2.4);
  EXPECT_DOUBLE_EQ(scores.recency.At(3), 3.2);
  EXPECT_THAT(scores.r, ElementsAre(5, 5, 2));
  EXPECT_EQ(scores.recency.Bin(3), 4);
}

TEST(Rfm, CustomersWithoutPurchasesAreNotScored) {
  const classes::RfmScores scores = classes::ScoreRfm({{7, 99, 8}, {1, 0, 4}, {5, 6, 7}});
  EXPECT_THAT(scores.f, ElementsAre(1, 0, 4));  // cuts 2.6, 3.2, 3.8, 4.4
  EXPECT_EQ(scores.r[1], 0);
  EXPECT_EQ(classes::RfmSegmentOf(0, 0, 0), 0u);
  const classes::RfmScores none = classes::ScoreRfm({{7}, {0}, {0}});
  EXPECT_THAT(none.m, ElementsAre(0));
  EXPECT_TRUE(none.recency.times_bins.empty());
}

TEST(Rfm, CutsOfManyValuesEqualTheFormula) {
  std::mt19937 random(7);
  for (const size_t n : {size_t{1}, size_t{2}, size_t{999}, size_t{20'000}}) {
    for (const int bins : {2, 5, 10}) {
      std::vector<int64_t> values(n), ones(n, 1);
      for (int64_t& value : values) value = static_cast<int64_t>(random() % 10'000) - 5'000;
      const classes::RfmScores scores = classes::ScoreRfm({ones, ones, values}, bins);
      std::sort(values.begin(), values.end());
      for (int k = 1; k < bins; ++k) {
        const double at = static_cast<double>(n - 1) * k / bins;
        const auto low = static_cast<size_t>(at + 1e-9);
        const size_t high = std::min(low + 1, n - 1);
        const double quantile =
            static_cast<double>(values[low]) +
            (at - static_cast<double>(low)) * static_cast<double>(values[high] - values[low]);
        EXPECT_NEAR(scores.monetary.At(static_cast<size_t>(k) - 1), quantile + 1e6, 1e-6);
      }
    }
  }
}

TEST(Rfm, NamesAreTheFirstThatMatches) {
  const auto name = [](int r, int f, int m) {
    return classes::RfmSegmentNames()[classes::RfmSegmentOf(r, f, m)];
  };
  EXPECT_EQ(name(5, 5, 5), "Champions");
  EXPECT_EQ(name(3, 3, 2), "Potential Loyalist");
  EXPECT_EQ(name(2, 2, 2), "Loyal Customers");
  EXPECT_EQ(name(5, 1, 1), "New Customers");
  EXPECT_EQ(name(1, 1, 1), "Lost");
  EXPECT_EQ(name(3, 5, 1), "Unclassified");
}

ModelWorkspace PublishedOrders(const std::string& path) {
  ModelWorkspace model;
  std::map<std::string, size_t> places;
  for (const CsvRow& row : ReadCsv(path)) {
    const auto [place, made] = places.try_emplace(row.at("customer_id"), model.customers.size());
    if (made) model.customers.emplace_back().id = row.at("customer_id");
    model.orders.push_back({place->second,
                            *ParseDay(row.at("order_date")),
                            "",
                            "",
                            {{"", "", kOneUnit, *ParseMicros(row.at("revenue"))}}});
  }
  return model;
}

TEST(Rfm, EqualsThePublishedTable) {
  STRATA_REFERENCE_OR_SKIP(orders, "rfm/rfm_data_orders.csv");
  STRATA_REFERENCE_OR_SKIP(table, "rfm/expected_rfm_table.csv");
  const auto revision = PublishedOrders(orders).Build();
  const Features features = *Features::Compute(
      *revision, *ParseDay("2006-12-31"),
      {"recency_days", "orders", "revenue", "rfm.r", "rfm.f", "rfm.m", "rfm_segment"}, StopToken());
  std::map<std::string, image::Slot> slots;
  for (image::Slot slot = 0; slot < revision->slots; ++slot) {
    slots[std::string(revision->CustomerId(slot))] = slot;
  }
  const std::vector<CsvRow> expected = ReadCsv(table);
  ASSERT_EQ(expected.size(), 995u);
  ASSERT_EQ(slots.size(), 995u);
  std::map<std::string, int> counts;
  for (const CsvRow& row : expected) {
    SCOPED_TRACE(row.at("customer_id"));
    const image::Slot slot = slots.at(row.at("customer_id"));
    const auto integer = [&](const char* id) { return features.Column(id).integers[slot]; };
    EXPECT_EQ(integer("recency_days"), std::stoll(row.at("recency_days")));
    EXPECT_EQ(integer("orders"), std::stoll(row.at("transaction_count")));
    EXPECT_EQ(integer("revenue"), *ParseMicros(row.at("amount")));
    EXPECT_EQ(integer("rfm.r"), std::stoll(row.at("R")));
    EXPECT_EQ(integer("rfm.f"), std::stoll(row.at("F")));
    EXPECT_EQ(integer("rfm.m"), std::stoll(row.at("M")));
    const Value name = features.Column("rfm_segment").At(slot);
    EXPECT_EQ(std::get<std::string>(name), row.at("segment"));
    ++counts[std::get<std::string>(name)];
  }
  // segments_published_and_recomputed of expected.json.
  EXPECT_EQ(counts, (std::map<std::string, int>{{"About To Sleep", 102},
                                                {"At Risk", 28},
                                                {"Can't Lose Them", 47},
                                                {"Champions", 35},
                                                {"Lost", 148},
                                                {"Loyal Customers", 170},
                                                {"Need Attention", 10},
                                                {"New Customers", 104},
                                                {"Potential Loyalist", 342},
                                                {"Promising", 9}}));
}

TEST(Rfm, ReturnsThePublishedCuts) {
  STRATA_REFERENCE_OR_SKIP(table, "rfm/expected_rfm_table.csv");
  std::vector<int64_t> recency, frequency, monetary;
  for (const CsvRow& row : ReadCsv(table)) {
    recency.push_back(std::stoll(row.at("recency_days")));
    frequency.push_back(std::stoll(row.at("transaction_count")));
    monetary.push_back(*ParseMicros(row.at("amount")));
  }
  const classes::RfmScores scores = classes::ScoreRfm({recency, frequency, monetary});
  const auto cuts = [](const classes::RfmCuts& all, double unit) {
    std::vector<double> values;
    for (size_t i = 0; i < all.times_bins.size(); ++i) values.push_back(all.At(i) / unit);
    return values;
  };
  EXPECT_THAT(cuts(scores.recency, 1), ElementsAre(115.0, 181.0, 297.4, 482.0));
  EXPECT_THAT(cuts(scores.frequency, 1), ElementsAre(4, 5, 6, 8));
  EXPECT_THAT(cuts(scores.monetary, 1e6), ElementsAre(255.8, 382.0, 506.4, 666.0));
}

}  // namespace
}  // namespace strata::analytics::fields
