#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/analytics/kpi/testing/shop_model.h"

// Every sales and delivery KPI on a shop small enough to check by hand.

namespace strata::analytics::kpi {
namespace {

// Recognised: 100 (Jan), 50 - 20 return (Jan, two lines), 300 (Feb), 80 (Mar, no cost).
// Cancelled: 40.
ShopModel Shop() {
  ShopModel shop;
  shop.Customer("ada", "US");
  shop.Customer("bob", "DE");
  auto& first = shop.Order("ada", "2024-01-10", 100);
  first.channel = "web";
  first.lines[0] = {"P1", "Ships", 2 * kOneUnit, 100 * kMicrosAUnit, 60 * kMicrosAUnit};
  auto& second = shop.Order("ada", "2024-01-20", 50);
  second.channel = "shop";
  second.lines = {{"P1", "Ships", kOneUnit, 50 * kMicrosAUnit, 30 * kMicrosAUnit},
                  {"P2", "Planes", -1 * kOneUnit, -20 * kMicrosAUnit, kNoAmount}};
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
  const std::vector<std::string> kpis = {"average_order_value", "average_line_value"};
  // 2 / 3 orders, 2 / 3 lines.
  EXPECT_EQ(Answer(QueryOf(shop.Build(), kpis)), "0.666666667 0.666666667");
  shop.orders[0].lines[0].amount = -2 * kMicrosAUnit;
  // A return now: the two purchases brought 0 / 2. All lines, net: -2 / 3.
  EXPECT_EQ(Answer(QueryOf(shop.Build(), kpis)), "0 -0.666666667");
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
  const auto growth = [&shop](absl::string_view from, absl::string_view as_of) {
    return Answer(
        QueryOf(shop.Build(), {"revenue_growth"}, {"year", "month"}, "", from, as_of, as_of));
  };
  // 1 to 31 January against 1 to 31 December: 150 / 100 - 1.
  EXPECT_EQ(growth("2024-01-01", "2024-01-31"), "2024 2024-01: 0.5");
  // 4 and 5 January against 4 and 5 December, before the first order.
  EXPECT_EQ(growth("2024-01-04", "2024-01-05"), "2024 2024-01: null:not_enough_history");
  // The same days with 60 on 5 December: 150 / 60 - 1. The 100 of 10 December stay out.
  shop.Order("a", "2023-12-05", 60);
  EXPECT_EQ(growth("2024-01-04", "2024-01-05"), "2024 2024-01: 1.5");
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

// ada buys for 100 (P1 70, P2 30) and sends P1 back for 80 in February, with a gift of 10 (P3) in
// the same order; bob buys for 60 less a line of 15 back, which is a purchase of 45; cem's order of
// 0 is one too, and his cancelled return counts nowhere.
ShopModel Returns() {
  ShopModel shop;
  shop.Customer("ada", "US");
  shop.Customer("bob", "DE");
  shop.Customer("cem", "DE");
  const auto line = [](const char* product, int32_t quantity, int64_t units) {
    return ShopModel::LineRow{product, "", quantity * kOneUnit, units * kMicrosAUnit, kNoAmount};
  };
  shop.Order("ada", "2024-01-10", 0).lines = {line("P1", 1, 70), line("P2", 1, 30)};
  shop.Order("ada", "2024-02-10", 0).lines = {line("P1", -1, -80), line("P3", 1, 10)};
  shop.Order("bob", "2024-02-20", 0).lines = {line("P2", 2, 60), line("P1", -1, -15)};
  shop.Order("cem", "2024-03-01", 0);
  shop.Order("cem", "2024-03-02", -500, "Cancelled");
  return shop;
}

TEST(SalesTest, ReturnsAreNoPurchases) {
  const std::vector<std::string> kpis = {"gross_revenue",
                                         "refunds",
                                         "revenue",
                                         "orders",
                                         "returns",
                                         "return_rate",
                                         "average_order_value",
                                         "median_order_value",
                                         "order_lines",
                                         "units",
                                         "orders_all"};
  for (const size_t late : {0, 2, 5}) {  // from the base of a block, its tail, or both
    const auto revision = Returns().Build({}, late);
    // Units 1 + 1 - 1 + 1 + 2 - 1 + 1 of seven lines.
    EXPECT_EQ(Answer(QueryOf(revision, kpis)), "145 70 75 3 1 0.333333 48.333333333 45 7 4 5");
    EXPECT_EQ(Answer(QueryOf(revision, kpis, {"month"})),
              "2024-01: 100 0 100 1 0 0 100 100 2 2 1\n"
              "2024-02: 45 70 -25 1 1 1 45 45 4 1 2\n"
              "2024-03: 0 0 0 1 0 0 0 0 1 1 2");
    // By product the order's total decides: P3 came with a return, P1 of bob in a purchase.
    EXPECT_EQ(Answer(QueryOf(revision, kpis, {"product"}, "product:*")),
              "P1: 55 80 -25 2 1 0.5 27.5 27.5 3 -1 3\n"
              "P2: 90 0 90 2 0 0 45 45 2 3 2\n"
              "P3: 0 -10 10 0 1 null:no_records null:no_records null:no_records 1 1 1");
    const auto answer = *QueryKpis(QueryOf(revision, {"orders"}));
    EXPECT_THAT(
        answer.info.notes,
        ::testing::ElementsAre(::testing::HasSubstr("returns (orders with a negative total)")));
    EXPECT_THAT(QueryKpis(QueryOf(revision, {"revenue"}))->info.notes, ::testing::IsEmpty());
  }
}

TEST(SalesTest, NobodyIsACustomerByAReturn) {
  const auto revision = Returns().Build();
  const std::vector<std::string> kpis = {"active_customers",      "new_customers",
                                         "order_frequency",       "revenue_per_customer",
                                         "median_order_gap_days", "orders_growth"};
  const std::string before_march =
      "2024-01: 1 1 1 100 null:no_records null:not_enough_history\n"
      "2024-02: 1 1 1 -25 null:no_records 0\n";  // 1 / 1 - 1
  // The last order is of 2 March: held against 1 and 2 February, which have no purchase.
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {"month"})),
            before_march + "2024-03: 1 1 1 0 null:no_records null:zero_denominator");
  // 10 days of March against 10 of February, in which ada's return lies alone: no purchase either.
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {"month"}, "", "", "2024-03-10", "2024-03-10")),
            before_march + "2024-03: 1 1 1 0 null:no_records null:zero_denominator");
  // All of March against all of February: 1 / 1 - 1, where the return counts as nothing.
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {"month"}, "", "", "2024-03-31", "2024-03-31")),
            before_march + "2024-03: 1 1 1 0 null:no_records 0");
  // ada's last purchase is 50 days before the last day, her return 19.
  ShopModel shop = Returns();
  shop.settings.inactivity_days = 30;
  EXPECT_EQ(
      Answer(QueryOf(shop.Build(), {"inactive_rate"}, {}, "", "", "2024-02-29", "2024-02-29")),
      "0.5");
}

TEST(SalesTest, GrossLessRefundsIsRevenueEverywhere) {
  size_t with_refunds = 0;
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    const ShopModel shop = RandomShop(seed);
    const auto revision = shop.Build({}, shop.orders.size() / 4);
    for (const char* field : {"", "customer", "month", "product", "status", "deal_size", "tier"}) {
      std::vector<std::string> group_by;
      if (field[0] != 0) group_by.push_back(field);
      const auto answer =
          QueryKpis(QueryOf(revision, {"gross_revenue", "refunds", "revenue"}, group_by));
      ASSERT_TRUE(answer.ok()) << answer.status();
      for (const KpiTable::Row& row : answer->table.rows) {
        const auto nanos = [&row](size_t i) {
          const auto& amount = std::get<Amount>(row.cells[i].value);
          return __int128{amount.units} * 1'000'000'000 + amount.nanos;
        };
        EXPECT_TRUE(nanos(0) - nanos(1) == nanos(2)) << "seed " << seed << " by " << field;
        with_refunds += nanos(1) != 0;
      }
    }
  }
  EXPECT_GT(with_refunds, 100u);
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

TEST(SalesTest, FiguresBeyond64BitsAreExact) {
  // 2,000 lines of 9e12 units: more than 64 bits of micros, well within an Amount.
  ShopModel shop;
  auto& order = shop.Order("a", "2024-01-01", 9'000'000'000'000);
  order.lines.assign(2000, order.lines[0]);
  EXPECT_EQ(Answer(QueryOf(shop.Build(), {"revenue"})), "18000000000000000");
  EXPECT_EQ(Answer(QueryOf(shop.Build(), {"revenue"}, {"month"})), "2024-01: 18000000000000000");
  EXPECT_EQ(Answer(QueryOf(shop.Build(), {"median_order_value"})), "18000000000000000");
}

TEST(SalesTest, AFigureThatNoAmountHoldsIsNullAndNoOther) {
  // 1,030,000 lines of 9e12 units come to 9.27e18, and 64 bits of units end at 9.22e18.
  ShopModel shop;
  auto& order = shop.Order("a", "2024-01-01", 9'000'000'000'000);
  order.lines.assign(1'030'000, order.lines[0]);
  shop.Order("b", "2024-01-02", 30);
  const auto revision = shop.Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue", "orders", "order_lines", "average_order_value",
                                      "average_line_value", "share_of_revenue"})),
            "null:out_of_range 2 1030001 4635000000000000015 8999991262144.405714169 1");
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue", "orders"}, {"customer"})),
            "a: null:out_of_range 1\n"
            "b: 30 1");
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue"}, {}, "customer = \"b\"")), "30");
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
  order("impossible", due, At("2023-12-31", 23.9));  // delivered the day before it was ordered
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
  const auto left_out =
      QueryKpis(QueryOf(revision, {"on_time_delivery_rate"}, {}, "", "", "", "2024-01-31"))
          ->info.left_out;
  ASSERT_EQ(left_out.size(), 2u);
  EXPECT_EQ(left_out[0].reason, "orders without a promised time, or open and not yet due");
  EXPECT_EQ(left_out[0].records, 2);
  EXPECT_EQ(left_out[1].reason, "orders delivered on a day before their order's");
  EXPECT_EQ(left_out[1].records, 1);
}

}  // namespace
}  // namespace strata::analytics::kpi
