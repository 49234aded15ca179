#include "server/analytics/insight/signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "server/analytics/fields/model_workspace.h"

namespace strata::analytics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Day kEnd = *ParseDay("2024-12-31");

TEST(Signals, MoneyInWords) {
  EXPECT_EQ(MoneyText(1'234'567'895'000), "1,234,567.90");  // half away from zero
  EXPECT_EQ(MoneyText(-999'995'000), "-1,000.00");
  EXPECT_EQ(MoneyText(-4'000), "0.00");
  EXPECT_EQ(MoneyOfUnits(12.345), "12.35");
}

TEST(Signals, WarningsInWords) {
  EXPECT_EQ(Statement(Warning{WarningKind::kDecliningFrequency, 0, 2, 9.42}, "USD"),
            "ordered on 2 days of the last quarter; 9.4 expected from the year before and the "
            "season");
  EXPECT_EQ(Statement(Warning{WarningKind::kSilence, 0, 64, 12.3}, "USD"),
            "no order for 64 days; one every 12 days in the year before");
  EXPECT_EQ(Statement(Warning{WarningKind::kShrinkingOrders, 0, 410.2, 1800.1}, "USD"),
            "orders of 410.20 on average in the last quarter; 1,800.10 in the year before");
  EXPECT_EQ(Statement(Warning{WarningKind::kSlaBreaches, 0, 0.5, 0.086}, "USD"),
            "50% of its SLAs missed in the last quarter; 9% in the year before");
}

// Accounts that buy in summer only are silent at the end of the year; with 20 months of history one
// earlier summer is all that tells so.
TEST(Signals, SeasonalAccountsWithOneEarlierYearAreNoWarnings) {
  ModelWorkspace model;
  std::mt19937 random(17);
  const auto below = [&random](uint32_t limit) { return random() % 1'000 < limit; };
  for (int i = 0; i < 80; ++i) {
    const size_t customer = model.Customer("account-" + std::to_string(100 + i));
    for (Day day = kEnd - 600; day <= kEnd; ++day) {
      const int month = CivilFromDay(day).month;
      uint32_t chance = i == 0 ? 300 : 150;
      if (i == 0 && day > *ParseDay("2024-09-10")) chance = 0;
      if (i >= 72) chance = month >= 5 && month <= 8 ? 300 : 4;
      if (below(chance)) {
        model.orders.push_back({customer, day, "shipped", "", {{"", "", 1, 100 * kMicrosAUnit}}});
      }
    }
  }
  const auto list = FindEarlyWarnings(*model.Build(), kEnd, {0.1}, StopToken());
  ASSERT_TRUE(list.ok());
  std::set<std::string> warned;
  for (const Warning& warning : list->warnings) warned.insert(model.customers[warning.slot].id);
  EXPECT_THAT(warned, ElementsAre("account-100"));
}

TEST(Signals, EmergingInWords) {
  EmergingAccount account;
  account.revenue = 9'500;
  account.previous_revenue = 3'000;
  account.slope = 120;
  account.to_threshold = 500;
  EXPECT_THAT(Statement(account, 10'000, "USD"),
              HasSubstr("500.00 short of the strategic threshold"));
  account.crossing = *ParseDay("2025-03-31");
  EXPECT_EQ(
      Statement(account, 10'000, "USD"),
      "ordered for 9,500.00 in the last year, 3,000.00 in the year before; the yearly "
      "amount rises by about 120.00 a month; reaches the strategic threshold of 10,000.00 about "
      "2025-03-31 if that goes on");
}

TEST(Emerging, SlopeAndCrossingByHand) {
  ModelWorkspace model;
  const auto monthly = [&model](const std::string& id, Micros before, Micros after) {
    for (int month = 0; month < 24; ++month) {
      const std::string day = FormatDay(Calendar::AddMonths(*ParseDay("2023-01-10"), month));
      model.Order(id, day, month < 12 ? before : after);
    }
  };
  for (int i = 0; i < 4; ++i) monthly("large-" + std::to_string(i), 250, 250);
  for (int i = 0; i < 16; ++i) monthly("small-" + std::to_string(i), 50, 50);
  monthly("rising", 100, 200);
  const auto result = FindEmergingAccounts(*model.Build(), kEnd, {}, StopToken());
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->threshold, 3'000);  // of rank floor(0.2 * 21) = 4
  EXPECT_EQ(result->tests, 17);
  ASSERT_EQ(result->accounts.size(), 1u);
  const EmergingAccount& account = result->accounts.front();
  EXPECT_EQ(model.customers[account.slot].id, "rising");
  EXPECT_EQ(account.revenue, 2'400);
  EXPECT_EQ(account.previous_revenue, 1'200);
  // The trailing year rises from 1,200 to 2,400 in twelve even steps; 600 are missing.
  EXPECT_DOUBLE_EQ(account.slope, 100);
  EXPECT_EQ(account.to_threshold, 600);
  EXPECT_EQ(account.crossing, *ParseDay("2025-06-30"));
  // Mann-Kendall: S = 144 pairs, variance (24*23*53 - 2*12*11*29) / 18 = 1,200; once for amounts
  // and once for orders, which do not rise.
  EXPECT_NEAR(account.p, 2 * 0.5 * std::erfc(143 / std::sqrt(1'200.0) / std::sqrt(2.0)), 1e-12);
}

ModelWorkspace Contracts() {
  ModelWorkspace model;
  const auto add = [&model](const char* id, const char* start, const char* end, Micros units) {
    const size_t customer = model.Customer(id);
    model.contracts.push_back({customer, *ParseDay(start), end == nullptr ? kNoDay : *ParseDay(end),
                               units * kMicrosAUnit, "Kim", "active"});
  };
  add("in-90", "2024-04-01", "2025-03-31", 100);  // January, February, March: 90 days
  add("in-91", "2024-04-01", "2025-04-01", 100);  // a day too late
  add("today", "2024-01-01", "2024-12-31", 100);
  add("ended", "2024-01-01", "2024-12-30", 100);
  add("begins", "2025-01-01", "2025-02-28", 100);  // not seen yet
  add("open", "2024-01-01", nullptr, 100);         // without end
  add("b", "2024-02-01", "2025-01-31", 50);
  add("a", "2024-02-01", "2025-01-31", 50);
  add("c", "2024-02-01", "2025-01-31", 70);
  return model;
}

TEST(Renewals, EndsWithinTheDaysInOrder) {
  const ModelWorkspace model = Contracts();
  const auto renewals = FindRenewals(*model.Build(), kEnd, 90, StopToken());
  ASSERT_TRUE(renewals.ok());
  std::vector<std::string> ids;
  for (const Renewal& renewal : *renewals) ids.push_back(model.customers[renewal.slot].id);
  EXPECT_THAT(ids, ElementsAre("today", "c", "a", "b", "in-90"));
  EXPECT_EQ(renewals->front().annual_value, 100 * kMicrosAUnit);
  EXPECT_EQ(renewals->front().owner, "Kim");
  EXPECT_FALSE(renewals->front().auto_renew.has_value());
  EXPECT_EQ(Statement(renewals->back(), kEnd, "USD"),
            "contract of 100.00 a year ends on 2025-03-31, in 90 days; it is not known whether it "
            "renews by itself");
}

TEST(Renewals, OfSmallBlocksAreTheSame) {
  const ModelWorkspace model = Contracts();
  const auto whole = FindRenewals(*model.Build(), kEnd, 400, StopToken());
  const auto small = FindRenewals(*model.Build({2, 2, 2}), kEnd, 400, StopToken());
  ASSERT_EQ(whole->size(), small->size());
  for (size_t i = 0; i < whole->size(); ++i) EXPECT_EQ((*whole)[i].slot, (*small)[i].slot);
}

TEST(Unowned, StrategicWithoutOwnerByRevenue) {
  ModelWorkspace model;
  for (int i = 0; i < 20; ++i) {
    model.Order("c" + std::to_string(100 + i), "2024-06-01", 1'000 - 10 * i);
  }
  model.customers[1].account_owner = "Kim";
  model.customers[19].strategic = true;  // declared, of least revenue
  const auto revision = model.Build();
  Scope scope;
  scope.revision = revision;
  scope.as_of = kEnd;
  scope.range = {*ParseDay("2024-01-01"), kEnd};
  const auto population =
      SelectCustomers(scope, {"tier", "account_owner", "revenue_365d", "revenue_rank"});
  ASSERT_TRUE(population.ok());
  // floor(0.2 * 20) = 4 by revenue, one of whom has an owner, and the declared one.
  EXPECT_THAT(StrategicWithoutOwner(*revision, *population), ElementsAre(0, 2, 3, 19));
}

}  // namespace
}  // namespace strata::analytics
