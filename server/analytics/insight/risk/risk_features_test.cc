// Exposure begins with the first purchase: trends by hand.
#include "server/analytics/insight/risk/risk_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace strata::analytics::insight {
namespace {

const Day kAsOf = *ParseDay("2024-12-31");

double Feature(const std::vector<facts::OrderEvent>& orders,
               const std::vector<facts::TicketEvent>& tickets, RiskFeature feature) {
  const Calendar calendar = *Calendar::Create("UTC", 1);
  const facts::CustomerEvents events{0, orders, tickets, {}, {}};
  return (*RiskFeaturesOf(events, kAsOf, calendar))[static_cast<size_t>(feature)];
}

std::vector<facts::OrderEvent> OrdersOn(const std::vector<const char*>& days) {
  std::vector<facts::OrderEvent> orders;
  for (const char* day : days) {
    orders.push_back({.day = *ParseDay(day), .amount = 100 * kMicrosAUnit});
  }
  return orders;
}

TEST(RiskFeatures, MonthsBeforeTheFirstPurchaseAreNoMonthsOfFewOrders) {
  // Every month from August 31 on; the first purchase opens the exposure, so one order lies in the
  // 30 days of the 274 before the last quarter that were exposed, and three in that quarter.
  const std::vector<facts::OrderEvent> young =
      OrdersOn({"2024-08-31", "2024-09-30", "2024-10-31", "2024-11-30", "2024-12-31"});
  const double quarters = 3 * 30.0 / 274;
  EXPECT_LT(quarters, 1.0 / 3);  // less than a month
  EXPECT_EQ(Feature(young, {}, RiskFeature::kOrderTrend), 0);
  // Two more months, and as many orders: the same pace, but for the smoothing.
  const std::vector<facts::OrderEvent> older =
      OrdersOn({"2024-06-30", "2024-07-31", "2024-08-31", "2024-09-30", "2024-10-31", "2024-11-30",
                "2024-12-31"});
  EXPECT_NEAR(Feature(older, {}, RiskFeature::kOrderTrend),
              std::log((3 + 0.5) / (3 / (3 * 92.0 / 274) + 0.5)), 1e-12);
  EXPECT_NEAR(Feature(older, {}, RiskFeature::kRevenueTrend),
              std::log((300 + 700 / 40.0 + 1) / (300 / (3 * 92.0 / 274) + 700 / 40.0 + 1)), 1e-12);
}

TEST(RiskFeatures, AFirstTicketIsNoRise) {
  const std::vector<facts::OrderEvent> orders = OrdersOn({"2024-12-10"});
  const std::vector<facts::TicketEvent> tickets = {{.opened_day = *ParseDay("2024-12-11")},
                                                   {.opened_day = *ParseDay("2024-12-12")}};
  EXPECT_EQ(Feature(orders, tickets, RiskFeature::kTicketTrend), 0);
}

}  // namespace
}  // namespace strata::analytics::insight
