#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "server/analytics/kpi/testing/shop_model.h"

namespace strata::analytics::kpi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ShopModel Shop() {
  ShopModel shop;
  shop.Customer("ada", "US");
  shop.Customer("bob", "DE");
  shop.Order("ada", "2023-11-10", 100);
  shop.Order("ada", "2024-01-10", 40);
  shop.Order("bob", "2024-02-25", 60);
  shop.Order("bob", "2024-04-02", 30);
  shop.Order("ada", "2024-05-03", 60, "cancelled");
  shop.Order("ada", "2024-05-04", 60);
  return shop;
}

SummaryQuery QueryAt(const ShopModel& shop, absl::string_view as_of,
                     absl::string_view filter = "") {
  SummaryQuery query;
  query.scope = QueryOf(shop.Build(), {}, {}, filter, "", "", as_of).scope;
  return query;
}

const KpiSummary* Find(const SummaryAnswer& answer, absl::string_view id) {
  for (const KpiSummary& summary : answer.headline) {
    if (summary.kpi->id == id) return &summary;
  }
  return nullptr;
}

// The figure, which is there.
const KpiSummary& Get(const SummaryAnswer& answer, absl::string_view id) {
  static const auto* const missing = new KpiSummary;
  const KpiSummary* const found = Find(answer, id);
  EXPECT_NE(found, nullptr) << "no " << id << " in the headline";
  return found != nullptr ? *found : *missing;
}

TEST(SummaryTest, PeriodAgainstTheOneBefore) {
  // 4 May is day 34 of the second quarter: held against the first 34 days of the first.
  const auto answer = *SummarizeKpis(QueryAt(Shop(), ""));
  EXPECT_EQ(answer.period, "2024-Q2");
  EXPECT_EQ(answer.previous_period, "2024-Q1");
  const KpiSummary& revenue = Get(answer, "revenue");
  EXPECT_EQ(TextOf(revenue.value.value), "90");
  EXPECT_EQ(TextOf(revenue.previous.value), "40");
  EXPECT_EQ(TextOf(revenue.change.value), "1.25");
  std::vector<std::string> series;
  for (const auto& point : revenue.series) {
    series.push_back(point.period + " " + TextOf(point.cell.value) +
                     (point.complete ? "" : " ..."));
  }
  EXPECT_THAT(series, ElementsAre("2023-Q4 100", "2024-Q1 100", "2024-Q2 90 ..."));
  EXPECT_FALSE(answer.info.last_period_complete);
  // No tickets, no contracts, no costs: no figures of them.
  EXPECT_EQ(Find(answer, "tickets"), nullptr);
  EXPECT_EQ(Find(answer, "nrr"), nullptr);
  EXPECT_EQ(Find(answer, "gross_margin"), nullptr);
}

TEST(SummaryTest, WholePeriodsAndChangesOfRates) {
  SummaryQuery query = QueryAt(Shop(), "2024-03-31");
  query.points = 1;
  const auto answer = *SummarizeKpis(query);
  EXPECT_EQ(TextOf(Get(answer, "revenue").previous.value), "100");
  EXPECT_EQ(TextOf(Get(answer, "revenue").change.value), "0");
  EXPECT_EQ(Get(answer, "revenue").series.size(), 1u);
  // 2 customers ordered in the first quarter, one before.
  EXPECT_EQ(TextOf(Get(answer, "active_customers").change.value), "1");
  // Rates change by a difference.
  const KpiSummary& share = Get(answer, "strategic_revenue_share");
  EXPECT_EQ(TextOf(share.change.value), "0");
}

TEST(SummaryTest, BeforeTheFirstRecordThereIsNoPrevious) {
  const auto answer = *SummarizeKpis(QueryAt(Shop(), "2023-12-31"));
  EXPECT_EQ(TextOf(Get(answer, "revenue").previous.value), "null:not_enough_history");
  EXPECT_EQ(TextOf(Get(answer, "revenue").change.value), "null:not_enough_history");
}

TEST(SummaryTest, TrackingTables) {
  const auto answer = *SummarizeKpis(QueryAt(Shop(), "2024-05-31"));
  std::vector<std::string> titles;
  for (const KpiTable& table : answer.tracking) titles.push_back(table.title);
  EXPECT_THAT(titles,
              ElementsAre(HasSubstr("strategic"), HasSubstr("by tier"), "Order status mix"));
  // Seven months from the first record on, each with every status.
  EXPECT_EQ(answer.tracking[2].rows.size(), 14u);
  EXPECT_THAT(TextOf(answer.tracking[2]),
              HasSubstr("2024-05 cancelled: 1 0.5\n2024-05 shipped: 1 0.5"));
}

TEST(SummaryTest, FiguresThatTheFilterDoesNotFitAreLeftOut) {
  ShopModel shop = Shop();
  shop.Ticket("ada", "2024-05-01");
  const auto answer = *SummarizeKpis(QueryAt(shop, "", "status = \"shipped\""));
  EXPECT_NE(Find(answer, "revenue"), nullptr);
  EXPECT_EQ(Find(answer, "tickets"), nullptr);
  EXPECT_THAT(answer.info.notes, ::testing::Contains(HasSubstr("the filter does not fit: ")));
}

TEST(SummaryTest, EmptyWorkspace) {
  // No record, so no day, no period of it, and nothing to count in either.
  const auto answer = SummarizeKpis(QueryAt(ShopModel(), ""));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->info.as_of_basis, facts::AsOfBasis::kEmpty);
  EXPECT_EQ(answer->period, "");
  EXPECT_EQ(answer->previous_period, "");
  EXPECT_TRUE(answer->headline.empty());
  EXPECT_TRUE(answer->tracking.empty());
}

TEST(ExplainTest, NumeratorDenominatorAndContributors) {
  ExplainQuery query;
  query.scope = QueryOf(Shop().Build(), {}).scope;
  query.kpi = "average_order_value";
  query.contributors = 1;
  auto answer = *ExplainKpi(query);
  // 100 + 40 + 60 + 30 + 60 of five purchases; the cancelled one is none.
  EXPECT_EQ(TextOf(answer.value.value), "58");
  EXPECT_EQ(TextOf(*answer.numerator), "290");
  EXPECT_EQ(TextOf(*answer.denominator), "5");
  EXPECT_EQ(answer.numerator_meaning, "revenue of purchases");
  EXPECT_EQ(answer.records, 5);
  EXPECT_EQ(answer.customers, 2);
  ASSERT_EQ(answer.contributors.size(), 1u);
  EXPECT_EQ(answer.contributors[0].customer, "ada");
  EXPECT_EQ(TextOf(answer.contributors[0].value), "200");
  EXPECT_NEAR(answer.contributors[0].share, 200.0 / 290, 1e-12);
  ASSERT_EQ(answer.info.left_out.size(), 1u);
  EXPECT_EQ(answer.info.left_out[0].reason, "orders with an excluded status");

  query.kpi = "revenue_growth";
  query.scope.range = {*ParseDay("2024-01-01"), *ParseDay("2024-03-31")};
  answer = *ExplainKpi(query);
  // 40 + 60 of the first quarter against the 100 of the one before.
  EXPECT_EQ(TextOf(*answer.numerator), "100");
  EXPECT_EQ(TextOf(*answer.denominator), "100");
  EXPECT_EQ(TextOf(answer.value.value), "0");
}

TEST(ExplainTest, EveryKpiAddsUpToItsParts) {
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    const auto revision = RandomShop(seed).Build();
    for (const Kpi& kpi : Kpis()) {
      ExplainQuery query;
      query.scope = QueryOf(revision, {}).scope;
      query.kpi = kpi.id;
      query.contributors = 100;
      const auto answer = ExplainKpi(query);
      ASSERT_TRUE(answer.ok()) << kpi.id << ": " << answer.status();
      EXPECT_EQ(TextOf(answer->value.value), Answer(QueryOf(revision, {kpi.id}))) << kpi.id;
      double shares = 0;
      for (const auto& contributor : answer->contributors) shares += contributor.share;
      EXPECT_TRUE(shares == 0 || std::abs(shares - 1) < 1e-9) << kpi.id;
      EXPECT_LE(static_cast<int64_t>(answer->contributors.size()), answer->customers) << kpi.id;
    }
  }
}

TEST(ExplainTest, UnknownKpi) {
  ExplainQuery query;
  query.scope = QueryOf(Shop().Build(), {}).scope;
  query.kpi = "revenu";
  EXPECT_THAT(ExplainKpi(query).status().message(), HasSubstr("kpi: there is no KPI"));
}

}  // namespace
}  // namespace strata::analytics::kpi
