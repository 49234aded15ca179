#include "server/analytics/insight/signals/signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::insight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Day kEnd = *ParseDay("2024-12-31");

TEST(Signals, WarningsInWords) {
  EXPECT_EQ(Statement(WarningSign{WarningKind::kDecliningFrequency, 2, 9.42}, "USD"),
            "ordered on 2 days of the last quarter; 9.4 expected from the 15 months before and the "
            "season");
  EXPECT_EQ(Statement(WarningSign{WarningKind::kSilence, 64, 12.3}, "USD"),
            "no order for 64 days; one every 12 days before");
  EXPECT_EQ(Statement(WarningSign{WarningKind::kShrinkingOrders, 410.2, 1800.1}, "USD"),
            "orders of 410.20 on average in the last quarter; 1,800.10 in the year before");
  EXPECT_EQ(Statement(WarningSign{WarningKind::kSlaBreaches, 0.5, 0.086}, "USD"),
            "50% of its SLAs missed in the last quarter; 9% in the year before");
  EXPECT_EQ(Statement(Warning{0,
                              {{WarningKind::kSilence, 64, 12.3},
                               {WarningKind::kSlaBreaches, 0.5, 0.086}},
                              0.01,
                              0.04},
                      "USD"),
            "no order for 64 days; one every 12 days before; 50% of its SLAs missed in the last "
            "quarter; 9% in the year before");
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
        model.orders.push_back(
            {customer, day, "shipped", "", {{"", "", kOneUnit, 100 * kMicrosAUnit}}});
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
              HasSubstr("500.00 short of the strategic threshold, too short a history after its "
                        "start to say when"));
  account.has_course = true;
  EXPECT_THAT(Statement(account, 10'000, "USD"), HasSubstr("would not reach within five years"));
  account.crossing = *ParseDay("2025-03-31");
  EXPECT_EQ(
      Statement(account, 10'000, "USD"),
      "ordered for 9,500.00 in the last year, 3,000.00 in the year before; the yearly "
      "amount rises by about 120.00 a month; reaches the strategic threshold of 10,000.00 about "
      "2025-03-31 if that goes on");
}

// Orders on the tenth of each of `months` months up to kEnd's.
template <typename AmountOf>
void Monthly(ModelWorkspace& model, const std::string& id, int months, AmountOf amount_of) {
  for (int month = 0; month < months; ++month) {
    const int back = months - 1 - month;
    model.Order(id, FormatDay(Calendar::AddMonths(*ParseDay("2024-12-10"), -back)),
                amount_of(back));
  }
}

// Four customers at 3,000 a year and sixteen at 600, all for 31 months.
ModelWorkspace EvenPortfolio() {
  ModelWorkspace model;
  for (int i = 0; i < 4; ++i) {
    Monthly(model, "large-" + std::to_string(i), 31, [](int) { return 250; });
  }
  for (int i = 0; i < 16; ++i) {
    Monthly(model, "small-" + std::to_string(i), 31, [](int) { return 50; });
  }
  return model;
}

TEST(Emerging, SlopeAndCrossingByHand) {
  ModelWorkspace model = EvenPortfolio();
  // 60 a month up to two years ago, then 10 more each month: 290 at the end.
  Monthly(model, "rising", 31, [](int back) { return 290 - 10 * std::min(back, 23); });
  const auto result = FindEmergingAccounts(*model.Build(), kEnd, {}, StopToken());
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->threshold, 3'000);  // of rank floor(0.2 * 21) = 4
  EXPECT_EQ(result->tests, 17);
  ASSERT_EQ(result->accounts.size(), 1u);
  const EmergingAccount& account = result->accounts.front();
  EXPECT_EQ(model.customers[account.slot].id, "rising");
  EXPECT_EQ(account.revenue, 12 * (180 + 290) / 2);
  EXPECT_EQ(account.previous_revenue, 12 * (60 + 170) / 2);
  // Each trailing year is twelve times ten more than the one a month before; 180 are missing.
  EXPECT_DOUBLE_EQ(account.slope, 120);
  EXPECT_EQ(account.to_threshold, 180);
  EXPECT_EQ(account.crossing, *ParseDay("2025-02-28"));
  EXPECT_LT(account.p, 0.1);
  EXPECT_EQ(account.p, account.q);  // alone in the list
}

TEST(Emerging, NeitherAStartNorGrowthThatStoppedEmerges) {
  ModelWorkspace model = EvenPortfolio();
  // Twice as much within the year before the last one, and the same ever since.
  Monthly(model, "stopped", 31, [](int back) {
    return back < 12 ? 200 : back < 24 ? 200 - 9 * (back - 11) : 92;
  });
  // 17 months of history, rising to the last: never tested.
  Monthly(model, "ramp", 17, [](int back) { return 220 - 12 * back; });
  // 19 months, of which the first half-year rises.
  Monthly(model, "settled", 19, [](int back) { return back < 13 ? 200 : 200 - 30 * (back - 12); });
  const auto result =
      FindEmergingAccounts(*model.Build(), kEnd, {.false_discovery_rate = 0.2}, StopToken());
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->tests, 18);
  EXPECT_TRUE(result->accounts.empty()) << model.customers[result->accounts.front().slot].id;
}

TEST(Newcomers, AverageSinceTheFirstPurchaseAgainstTheThreshold) {
  ModelWorkspace model = EvenPortfolio();
  // The first purchase opens the exposure and is not counted, however large.
  Monthly(model, "strong", 8, [](int back) { return back == 7 ? 90'000 : 700; });
  Monthly(model, "usual", 8, [](int back) { return back == 7 ? 90'000 : 60; });
  Monthly(model, "too-new", 3, [](int) { return 5'000; });
  Monthly(model, "silent", 10, [](int back) { return back > 6 ? 9'000 : 0; });
  // Orders of nothing are purchases; drop them, so that the last purchase lies seven months back.
  std::erase_if(model.orders, [](const auto& order) { return order.lines[0].amount == 0; });
  // Of 24 customers rank 8: the four above all order for more than the large ones' 3,000.
  const auto result =
      FindNewcomers(*model.Build(), kEnd, {.strategic_share_bp = 3'500}, StopToken());
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->threshold, 250);
  EXPECT_EQ(result->tests, 2);
  ASSERT_EQ(result->customers.size(), 1u);
  const Newcomer& newcomer = result->customers.front();
  EXPECT_EQ(model.customers[newcomer.slot].id, "strong");
  EXPECT_EQ(FormatDay(newcomer.first_purchase), "2024-05-10");
  EXPECT_EQ(newcomer.days, 7);
  EXPECT_EQ(newcomer.amount, 4'900);
  // The 21 days after May 10 of its 31, and seven months.
  const double months = 7 + 21.0 / 31;
  EXPECT_NEAR(newcomer.monthly, 4'900 / months, 1e-9);
  // Seven orders of 700, where the threshold would have brought m of them: Poisson.
  const double m = 250 * months / 700;
  double below = 0, term = std::exp(-m);
  for (int k = 0; k < 7; ++k, term *= m / k) below += term;
  EXPECT_NEAR(newcomer.p, 1 - below, 1e-12);
  EXPECT_EQ(
      Statement(newcomer, result->threshold, "USD"),
      "a customer since 2024-05-10; has ordered on 7 days since for 4,900.00, 638.24 a month; "
      "the strategic threshold is 250.00 a month");
}

TEST(Lost, WhoFellSilentIsLostAndNoWarning) {
  ModelWorkspace model;
  std::mt19937 random(5);
  const auto buys = [&](const std::string& id, Day until, uint32_t permille) {
    const size_t customer = model.Customer(id);
    for (Day day = kEnd - 1'000; day <= until; ++day) {
      if (random() % 1'000 >= permille) continue;
      model.orders.push_back(
          {customer, day, "shipped", "", {{"", "", kOneUnit, 100 * kMicrosAUnit}}});
    }
  };
  for (int i = 0; i < 60; ++i) buys("steady-" + std::to_string(i), kEnd, 100);
  buys("gone", kEnd - 181, 100);
  buys("gone-small", kEnd - 300, 50);
  buys("leaving", kEnd - 90, 200);
  buys("under-contract", kEnd - 250, 100);
  model.contracts.push_back({model.Customer("under-contract"), kEnd - 500, kEnd + 10,
                             1'000 * kMicrosAUnit, "Kim", "active"});
  // Twice a year, as ever.
  for (const char* day : {"2022-05-01", "2022-11-20", "2023-05-03", "2023-05-04", "2023-05-09",
                          "2023-11-21", "2024-05-05", "2024-05-06"}) {
    model.Order("twice-a-year", day, 100);
  }
  // What comes back is no purchase, and the money that left is net of it.
  const auto order = std::find_if(model.orders.rbegin(), model.orders.rend(), [&](const auto& one) {
    return model.customers[one.customer].id == "gone";
  });
  const Day last = order->day;
  model.orders.push_back(
      {order->customer, last, "shipped", "", {{"", "", -kOneUnit, -30 * kMicrosAUnit}}});
  model.orders.push_back(
      {order->customer, kEnd - 5, "shipped", "", {{"", "", -kOneUnit, -100 * kMicrosAUnit}}});

  const auto revision = model.Build();
  const auto lost = FindLostCustomers(*revision, kEnd, {}, StopToken());
  ASSERT_TRUE(lost.ok());
  ASSERT_EQ(lost->customers.size(), 2u);
  EXPECT_EQ(model.customers[lost->customers[0].slot].id, "gone");
  EXPECT_EQ(model.customers[lost->customers[1].slot].id, "gone-small");
  EXPECT_EQ(lost->customers[0].last_purchase, last);
  MicrosSum value = 0;
  for (const auto& one : model.orders) {
    if (one.customer == lost->customers[0].slot && one.day <= last &&
        one.day > Calendar::ShiftLastDay(last, -12)) {
      value += one.lines[0].amount;
    }
  }
  EXPECT_TRUE(lost->customers[0].value == value);
  EXPECT_TRUE(lost->value == value + lost->customers[1].value);

  const auto warnings = FindEarlyWarnings(*revision, kEnd, {0.01}, StopToken());
  ASSERT_TRUE(warnings.ok());
  std::set<std::string> warned;
  for (const Warning& warning : warnings->warnings) {
    warned.insert(model.customers[warning.slot].id);
  }
  EXPECT_THAT(warned, ElementsAre("leaving", "under-contract"));
  EXPECT_EQ(warnings->beyond_turning, 3);  // the two, and the one who buys twice a year
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
  fields::Scope scope;
  scope.revision = revision;
  scope.as_of = kEnd;
  scope.range = {*ParseDay("2024-01-01"), kEnd};
  const auto population =
      segment::SelectCustomers(scope, {"tier", "account_owner", "revenue_365d", "revenue_rank"});
  ASSERT_TRUE(population.ok());
  // floor(0.2 * 20) = 4 by revenue, one of whom has an owner, and the declared one.
  EXPECT_THAT(StrategicWithoutOwner(*revision, *population), ElementsAre(0, 2, 3, 19));
}

}  // namespace
}  // namespace strata::analytics::insight
