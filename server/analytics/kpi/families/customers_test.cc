#include <gtest/gtest.h>

#include "server/analytics/kpi/testing/shop_model.h"

namespace strata::analytics::kpi {
namespace {

// ada orders on 1 Jan, 11 Jan, 31 Jan and 1 Mar; bob twice on 5 Feb; eve's only order is cancelled.
ShopModel Shop() {
  ShopModel shop;
  shop.Customer("ada", "US");
  shop.Customer("bob", "DE");
  shop.Customer("eve", "DE");
  shop.Customer("new", "FR");
  for (const char* day : {"2024-01-01", "2024-01-11", "2024-01-31", "2024-03-01"}) {
    shop.Order("ada", day, 10);
  }
  shop.Order("bob", "2024-02-05", 30);
  shop.Order("bob", "2024-02-05", 40);
  shop.Order("eve", "2024-02-05", 50, "cancelled");
  return shop;
}

TEST(CustomersTest, DistinctCustomersAreNeverSummed) {
  KpiQuery query = QueryOf(Shop().Build(), {"active_customers", "new_customers"}, {"month"});
  query.totals = true;
  EXPECT_EQ(Answer(query),
            "2024-01: 1 1\n2024-02: 1 1\n2024-03: 1 0\ntotals null:not_applicable: 2 2");
  EXPECT_EQ(Answer(QueryOf(Shop().Build(), {"active_customers", "orders"}, {"country"})),
            "DE: 1 2\nUS: 1 4");
}

TEST(CustomersTest, Frequencies) {
  // 6 orders of 2 customers; ada ordered in two months, bob in one.
  EXPECT_EQ(Answer(QueryOf(Shop().Build(),
                           {"order_frequency", "order_frequency_monthly", "revenue_per_customer"})),
            "3 2 55");
}

TEST(CustomersTest, Gaps) {
  // ada 10, 20, 30 days; bob 0. Median of 0, 10, 20, 30; only ada has three orders: sd 10, mean 20.
  const auto revision = Shop().Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"median_order_gap_days", "order_gap_cv"})), "15 0.5");
  // Within a month: ada's 10 and 20 of January; bob's 0.
  EXPECT_EQ(Answer(QueryOf(revision, {"median_order_gap_days", "order_gap_cv"}, {"month"})),
            "2024-01: 15 0.471405\n"  // sd of 10, 20 = 7.0710678, mean 15
            "2024-02: 0 null:no_records\n"
            "2024-03: null:no_records null:no_records");
}

TEST(CustomersTest, NewIsByTheFirstOrderOfAllHistory) {
  const auto revision = Shop().Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"new_customers"}, {}, "", "2024-01-05", "2024-03-31")), "1");
  ShopModel shop;
  shop.Order("ada", "2024-01-01", 1, "cancelled");
  shop.Order("ada", "2024-02-01", 1).channel = "web";
  shop.Order("ada", "2024-02-01", 1).channel = "shop";
  shop.Order("ada", "2024-03-01", 1).channel = "web";
  const auto other = shop.Build();
  EXPECT_EQ(Answer(QueryOf(other, {"new_customers"}, {"month"})), "2024-02: 1\n2024-03: 0");
  // Both orders of the first day are first orders.
  EXPECT_EQ(Answer(QueryOf(other, {"new_customers"}, {"channel"})), "shop: 1\nweb: 1");
  EXPECT_EQ(Answer(QueryOf(other, {"new_customers"}, {}, "channel = \"web\"")), "1");
}

TEST(CustomersTest, CustomersExistFromTheirCreation) {
  ShopModel shop = Shop();
  shop.customers[3].created = *ParseDay("2024-02-20");
  const auto revision = shop.Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"customers"})), "4");
  EXPECT_EQ(Answer(QueryOf(revision, {"customers"}, {"country"})), "DE: 2\nFR: 1\nUS: 1");
  EXPECT_EQ(Answer(QueryOf(revision, {"customers"}, {}, "country = \"DE\"")), "2");
  // By its end of January only ada has had an event.
  EXPECT_EQ(Answer(QueryOf(revision, {"customers"}, {"country"}, "", "", "", "2024-01-31")),
            "US: 1");
}

TEST(CustomersTest, FactsBeforeTheCreationOfTheirCustomerCount) {
  ShopModel shop = Shop();
  shop.customers[0].created = *ParseDay("2025-01-01");  // a CRM that came later than the shop
  const auto revision = shop.Build();
  // ada 4 * 10, bob 30 + 40, on any day. ada, bob, eve and new exist on the latest day of the
  // records, which is ada's creation; on the day of the last order she did not yet.
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue", "customers"})), "110 4");
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue", "customers"}, {}, "", "", "", "2024-03-01")),
            "110 3");
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue"}, {}, "country = \"US\"")), "40");
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue"}, {"country"})), "DE: 70\nUS: 40");
}

TEST(CustomersTest, InactiveRate) {
  ShopModel shop;
  shop.settings.inactivity_days = 30;
  shop.Order("gone", "2024-01-01", 1);
  shop.Order("edge", "2024-01-31", 1);
  shop.Order("busy", "2024-02-20", 1);
  shop.Order("contract", "2024-01-01", 1);
  shop.Contract("contract", "2024-01-01", "2024-03-01", 100);
  shop.Order("never", "2024-01-01", 1, "cancelled");
  shop.Survey("never", "2024-04-30", SurveyKind::kNps, 5);
  const auto revision = shop.Build();
  const auto at = [&](absl::string_view to) {
    return Answer(QueryOf(revision, {"inactive_rate"}, {}, "", "2024-01-01", to));
  };
  EXPECT_EQ(at("2024-03-01"), "0.333333");  // gone; edge is 30 days ago, the contract is in force
  EXPECT_EQ(at("2024-03-02"), "0.75");      // edge 31 days ago; the contract has ended
  EXPECT_EQ(Answer(QueryOf(revision, {"inactive_rate"}, {"month"}, "", "2024-01-01", "2024-04-30")),
            "2024-01: 0\n2024-02: 0.333333\n2024-03: 1\n2024-04: 1");
}

}  // namespace
}  // namespace strata::analytics::kpi
