#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/analytics/kpi/shop_model.h"

// Every sales and delivery KPI on a shop small enough to check by hand.

namespace strata::analytics::kpi {
namespace {

using ::testing::HasSubstr;

// Recognised: 100 (Jan), 50 - 20 return (Jan, two lines), 300 (Feb), 80 (Mar, no cost).
// Cancelled: 40.
ShopModel Shop() {
  ShopModel shop;
  shop.Customer("ada", "US");
  shop.Customer("bob", "DE");
  auto& first = shop.Order("ada", "2024-01-10", 100);
  first.channel = "web";
  first.lines[0] = {"P1", "Ships", 2, 100 * kMicrosAUnit, 60 * kMicrosAUnit};
  auto& second = shop.Order("ada", "2024-01-20", 50);
  second.channel = "shop";
  second.lines = {{"P1", "Ships", 1, 50 * kMicrosAUnit, 30 * kMicrosAUnit},
                  {"P2", "Planes", -1, -20 * kMicrosAUnit, kNoAmount}};
  auto& third = shop.Order("bob", "2024-02-05", 300);
  third.channel = "web";
  third.lines[0].product_line = "Planes";
  third.lines[0].cost = 210 * kMicrosAUnit;
  shop.Order("bob", "2024-02-06", 40, "CANCELLED").channel = "web";
  shop.Order("ada", "2024-03-31", 80);
  return shop;
}

TEST(SalesTest, SumsAndCounts) {
  const auto revision = Shop().Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue", "orders", "order_lines", "units", "cost",
                                      "revenue_all", "orders_all"})),
            "510 4 5 4 300 550 5");
  EXPECT_EQ(
      Answer(QueryOf(revision, {"revenue", "orders", "orders_all", "revenue_all"}, {"month"})),
      "2024-01: 130 2 2 130\n"
      "2024-02: 300 1 2 340\n"
      "2024-03: 80 1 1 80");
}

TEST(SalesTest, MarginRestsOnLinesWithCost) {
  // Revenue of lines with a cost 450, their cost 300; 3 of 5 lines.
  const auto revision = Shop().Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"gross_margin", "cost_coverage"})), "0.333333 0.6");
  EXPECT_EQ(
      Answer(QueryOf(revision, {"cost", "gross_margin", "cost_coverage"}, {}, "", "2024-03-01")),
      "null:no_records null:no_records 0");
  const auto answer = *QueryKpis(QueryOf(revision, {"cost"}));
  EXPECT_EQ(answer.info.left_out.back().reason, "order lines without a cost");
  EXPECT_EQ(answer.info.left_out.back().records, 2);
}

TEST(SalesTest, OrderValues) {
  // Values 100, 30, 300, 80. Median (80 + 100) / 2; p90: h = 2.7, 100 + 0.7 * 200.
  const auto revision = Shop().Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"average_order_value", "average_line_value",
                                      "median_order_value", "p90_order_value"})),
            "127.5 102 90 240");
}

TEST(SalesTest, RatiosOfMoneyRoundToANano) {
  ShopModel shop;
  for (const char* day : {"2024-01-01", "2024-01-02", "2024-01-03"}) shop.Order("a", day, 0);
  shop.orders[0].lines[0].amount = 2 * kMicrosAUnit;
  EXPECT_EQ(Answer(QueryOf(shop.Build(), {"average_order_value"})), "0.666666667");
  shop.orders[0].lines[0].amount = -2 * kMicrosAUnit;
  EXPECT_EQ(Answer(QueryOf(shop.Build(), {"average_order_value"})), "-0.666666667");
}

TEST(SalesTest, LineFieldsTakeMatchingLinesAndTheirOrders) {
  const auto revision = Shop().Build();
  const std::vector<std::string> kpis = {"revenue", "orders", "median_order_value"};
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {"product_line"})),
            "Planes: 280 2 140\n"  // -20 and 300
            "Ships: 150 2 75\n"    // 100 and 50
            "null:unknown: 80 1 80");
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {}, "product_line = \"Planes\"")), "280 2 140");
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {"channel"}, "product_line = \"Planes\"")),
            "shop: -20 1 -20\n"
            "web: 300 1 300");
}

TEST(SalesTest, Growth) {
  const auto revision = Shop().Build();
  // January has nothing before it in the records.
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue_growth", "orders_growth"}, {"month"})),
            "2024-01: null:not_enough_history null:not_enough_history\n"
            "2024-02: 1.30769 -0.5\n"
            "2024-03: -0.733333 0");
  // Whole months against as many whole months; February has 29 days in 2024.
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue_growth"}, {}, "", "2024-02-01", "2024-02-29")),
            "1.30769");
  // Ten days against the ten days before.
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue_growth"}, {}, "", "2024-01-20", "2024-01-29")),
            "-0.7");
  // From nothing: no growth.
  EXPECT_EQ(
      Answer(QueryOf(revision, {"revenue_growth"}, {"country"}, "", "2024-02-01", "2024-02-29")),
      "DE: null:zero_denominator");
}

TEST(SalesTest, GrowthLooksBeforeTheRangeAndAcrossYears) {
  ShopModel shop;
  shop.Order("a", "2023-12-10", 100);
  shop.Order("a", "2024-01-05", 150);
  const auto revision = shop.Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue_growth"}, {"year", "month"}, "", "2024-01-04")),
            "2024 2024-01: 0.5");
}

TEST(SalesTest, Shares) {
  const auto revision = Shop().Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"share_of_revenue"}, {"country"})),
            "DE: 0.588235\nUS: 0.411765");
  KpiQuery query = QueryOf(revision, {"share_of_revenue"}, {"month", "channel"});
  query.share_within = {"month"};
  EXPECT_EQ(Answer(query),
            "2024-01 shop: 0.230769\n2024-01 web: 0.769231\n2024-02 web: 1\n"
            "2024-03 null:unknown: 1");
  query = QueryOf(revision, {"status_share"}, {"status"});
  query.totals = true;
  EXPECT_EQ(Answer(query), "CANCELLED: 0.2\nshipped: 0.8\ntotals null:not_applicable: 1");
  // An order in two product lines counts in both, and once in the whole.
  EXPECT_EQ(Answer(QueryOf(revision, {"status_share"}, {"product_line"}, "channel = \"shop\"")),
            "Planes: 1\nShips: 1");
}

TEST(SalesTest, StrategicShare) {
  // Two customers with revenue: floor(0.2 * 2) = 0, so only the declared one is strategic.
  ShopModel shop = Shop();
  shop.customers[0].strategic = true;
  const auto revision = shop.Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"strategic_revenue_share"})), "0.411765");
  EXPECT_EQ(Answer(QueryOf(revision, {"strategic_revenue_share"}, {"month"})),
            "2024-01: 1\n2024-02: 0\n2024-03: 1");
}

TEST(SalesTest, NothingAfterAsOfIsSeen) {
  const auto revision = Shop().Build();
  const auto answer =
      *QueryKpis(QueryOf(revision, {"revenue", "orders"}, {}, "", "", "", "2024-02-05"));
  EXPECT_EQ(TextOf(answer.table), "430 3");
  ASSERT_EQ(answer.info.left_out.size(), 1u);
  EXPECT_EQ(answer.info.left_out[0].reason, "orders after as_of");
  EXPECT_EQ(answer.info.left_out[0].records, 2);
}

TEST(SalesTest, NoRecordsAreZeroOrNull) {
  const auto revision = Shop().Build();
  EXPECT_EQ(
      Answer(QueryOf(revision,
                     {"revenue", "orders", "units", "average_order_value", "median_order_value",
                      "share_of_revenue", "strategic_revenue_share", "on_time_delivery_rate"},
                     {}, "country = \"FR\"")),
      "0 0 0 null:no_records null:no_records null:zero_denominator null:no_records "
      "null:no_records");
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue"}, {"country"}, "country = \"FR\"")), "");
  EXPECT_EQ(Answer(QueryOf(ShopModel().Build(), {"revenue", "customers", "revenue_growth"})),
            "0 0 null:not_enough_history");
}

TEST(SalesTest, FiguresThatDoNotFitAreErrors) {
  // 2,000 lines of 9e12 units: more than 64 bits of micros, well within an Amount.
  ShopModel shop;
  auto& order = shop.Order("a", "2024-01-01", 9'000'000'000'000);
  order.lines.assign(2000, order.lines[0]);
  EXPECT_EQ(Answer(QueryOf(shop.Build(), {"revenue"})), "18000000000000000");
  EXPECT_EQ(Answer(QueryOf(shop.Build(), {"revenue"}, {"month"})), "2024-01: 18000000000000000");
  // The value of one order must fit into 64 bits of micros for its quantiles.
  EXPECT_THAT(Answer(QueryOf(shop.Build(), {"median_order_value"})), HasSubstr("OUT_OF_RANGE"));
}

TEST(DeliveryTest, PromisesAgainstDeliveries) {
  ShopModel shop;
  const auto order = [&](absl::string_view id, Millis promised, Millis delivered) {
    auto& row = shop.Order(id, "2024-01-01", 1);
    row.promised = promised;
    row.delivered = delivered;
  };
  const Millis due = At("2024-01-10", 12);
  order("on-time", due, due);
  order("late", due, due + 1);
  order("overdue", due, kNoTime);
  order("early", At("2024-03-01"), At("2024-01-05"));
  order("open", At("2024-03-01"), kNoTime);
  order("no-promise", kNoTime, due);
  const auto revision = shop.Build();
  const auto at = [&](absl::string_view as_of) {
    return Answer(QueryOf(revision, {"on_time_delivery_rate"}, {}, "", "", "", as_of));
  };
  EXPECT_EQ(at("2024-01-31"), "0.5");  // 2 of on-time, late, overdue, early
  EXPECT_EQ(at("2024-01-04"), "null:no_records");
  EXPECT_EQ(at("2024-01-05"), "1");  // only the early one
  // On 9 January the delivery of the 10th is not seen and nothing is due.
  EXPECT_EQ(at("2024-01-09"), "1");
  EXPECT_EQ(at("2024-03-01"), "0.4");  // the open one is overdue by the end of the day
}

}  // namespace
}  // namespace strata::analytics::kpi
