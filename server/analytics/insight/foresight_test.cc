// Risk, indicators, warnings and emerging accounts: they find what was planted, and they never see
// what lies after as_of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/analytics/insight/revenue/retention.h"
#include "server/analytics/insight/risk/indicators.h"
#include "server/analytics/insight/risk/risk_backtest.h"
#include "server/analytics/insight/signals/early_warning.h"
#include "server/analytics/insight/signals/emerging.h"
#include "server/analytics/insight/signals/lost.h"
#include "server/analytics/insight/signals/newcomers.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::insight {
namespace {

const Day kStart = *ParseDay("2021-01-01");
const Day kEnd = *ParseDay("2024-12-31");

// Accounts that order about every ten days for four years. Some decline for two quarters, with slow
// tickets, and escalate in the quarter after; who and when is random.
struct Portfolio {
  ModelWorkspace model;
  std::mt19937 random;

  explicit Portfolio(uint32_t seed) : random(seed) {
    for (int i = 0; i < 80; ++i) {
      const std::string id = "account-" + std::to_string(100 + i);
      // An account declines at most once, at the start of some quarter of the last three years.
      const int quarter = static_cast<int>(random() % 30);
      const Day decline = i % 2 == 0 && quarter < 11
                              ? Calendar::AddMonths(kStart + 365, 3 * quarter)
                              : kEnd + 1'000;
      AddAccount(id, decline);
    }
  }

  double Uniform() { return static_cast<double>(random()) / 4294967296.0; }

  void AddAccount(const std::string& id, Day decline) {
    const size_t customer = model.Customer(id);
    const Day escalation = Calendar::AddMonths(decline, 6) + static_cast<Day>(random() % 80);
    for (Day day = kStart; day <= kEnd; ++day) {
      const bool declining = day >= decline && day <= escalation + 60;
      if (Uniform() < (declining ? 0.04 : 0.1)) {
        AddOrder(customer, day, 500 + static_cast<int64_t>(random() % 500));
      }
      if (Uniform() < (declining ? 0.06 : 0.02)) AddTicket(customer, day, declining, kNoTime);
    }
    if (escalation <= kEnd) AddTicket(customer, escalation, true, NoonOf(escalation) + 3'600'000);
  }

  void AddOrder(size_t customer, Day day, int64_t units) {
    model.orders.push_back(
        {customer, day, "shipped", "", {{"p", "line", kOneUnit, units * kMicrosAUnit}}});
  }
  void AddTicket(size_t customer, Day day, bool slow, Millis escalated) {
    ModelWorkspace::TicketRow ticket;
    ticket.customer = customer;
    ticket.opened = NoonOf(day);
    ticket.due = ticket.opened + 2 * kMillisADay;
    ticket.resolved = ticket.opened + (slow ? 4 : 1) * kMillisADay;
    ticket.escalated = escalated;
    ticket.csat = slow ? 2 : 5;
    model.tickets.push_back(ticket);
  }
};

std::string Text(const Warning& warning) {
  std::string text = absl::StrCat(warning.slot, " ", warning.p, " ", warning.q);
  for (const WarningSign& sign : warning.signs) {
    absl::StrAppend(&text, " ", NameOf(sign.kind), " ", sign.value, " ", sign.expected, " ",
                    sign.p);
  }
  return text;
}

// Everything that the methods say as of a day, to the last digit.
std::string Everything(const image::RevisionPtr& revision, Day as_of) {
  std::string text;
  const auto snapshots = TakeRiskSnapshots(
      *revision, {as_of, Calendar::ShiftLastDay(as_of, -3), Calendar::ShiftLastDay(as_of, -6)},
      as_of, StopToken());
  std::vector<const RiskSnapshot*> history;
  for (const RiskSnapshot& snapshot : *snapshots) {
    if (snapshot.outcome_known) history.push_back(&snapshot);
  }
  const RiskModel model = RiskModel::Train(history);
  for (const RiskRow& row : snapshots->front().rows) {
    absl::StrAppend(&text, row.slot, " ", model.Risk(row.features), "\n");
  }
  const auto backtest = BacktestRisk(*revision, as_of, 3, {5, 10}, StopToken());
  absl::StrAppend(&text, backtest->verdict, " ", backtest->customers, " ", backtest->events, "\n");
  const auto indicators = RankIndicators(*revision, as_of, 0.3, StopToken());
  for (const Indicator& indicator : indicators->indicators) {
    absl::StrAppend(&text, NameOf(indicator.feature), " ", indicator.lag_quarters, " ",
                    indicator.auc.auc, " ", indicator.q, "\n");
  }
  const auto warnings = FindEarlyWarnings(*revision, as_of, {}, StopToken());
  for (const Warning& warning : warnings->warnings) absl::StrAppend(&text, Text(warning), "\n");
  const auto emerging = FindEmergingAccounts(*revision, as_of, {}, StopToken());
  for (const EmergingAccount& account : emerging->accounts) {
    absl::StrAppend(&text, account.slot, " ", account.slope, " ", account.p, "\n");
  }
  const auto newcomers = FindNewcomers(*revision, as_of, {0.9}, StopToken());
  for (const Newcomer& newcomer : newcomers->customers) {
    absl::StrAppend(&text, newcomer.slot, " ", newcomer.monthly, " ", newcomer.p, "\n");
  }
  // What left goes by the orders' status of today, and so does the order of the list.
  std::set<std::string> lost;
  const auto found = FindLostCustomers(*revision, as_of, {0.9}, StopToken());
  for (const LostCustomer& customer : found->customers) {
    lost.insert(absl::StrCat(customer.slot, " ", customer.last_purchase, " ", customer.p));
  }
  absl::StrAppend(&text, absl::StrJoin(lost, "\n"), "\n");
  return text;
}

TEST(Foresight, NothingAfterAsOfAndNoCurrentValueChangesAnything) {
  for (uint32_t seed : {1u, 2u, 3u}) {
    Portfolio portfolio(seed);
    const Day as_of = *ParseDay("2023-11-17");
    const std::string before = Everything(portfolio.model.Build(), as_of);
    ASSERT_FALSE(before.empty());

    // Random events after as_of, for old and new customers; events of the past that end after it.
    std::mt19937 random(seed);
    for (int i = 0; i < 400; ++i) {
      const size_t customer =
          i % 10 == 0 ? portfolio.model.Customer("new-" + std::to_string(i)) : random() % 80;
      const Day day = as_of + 1 + static_cast<Day>(random() % 300);
      portfolio.AddOrder(customer, day, static_cast<int64_t>(random() % 100'000));
      portfolio.AddTicket(customer, day, random() % 2 == 0,
                          random() % 2 == 0 ? NoonOf(day) : kNoTime);
    }
    for (auto& customer : portfolio.model.customers) {
      customer.country = "Elsewhere";
      customer.industry = "changed";
      customer.strategic = random() % 2 == 0;
    }
    for (size_t i = 0; i < portfolio.model.orders.size(); i += 3) {
      portfolio.model.orders[i].status = "cancelled";
    }
    EXPECT_EQ(Everything(portfolio.model.Build({}, 200), as_of), before) << "seed " << seed;
  }
}

TEST(Foresight, WhatIsStillOpenOnTheDayStaysOpen) {
  Portfolio portfolio(4);
  const Day as_of = *ParseDay("2023-11-17");
  const size_t customer = portfolio.model.Customer("account-100");
  portfolio.AddTicket(customer, as_of - 1, false, kNoTime);
  ModelWorkspace::TicketRow& ticket = portfolio.model.tickets.back();
  ticket.resolved = kNoTime;
  ticket.csat = 0;
  ticket.due = NoonOf(as_of + 3);
  const std::string open = Everything(portfolio.model.Build(), as_of);
  ticket.resolved = NoonOf(as_of + 5);
  ticket.escalated = NoonOf(as_of + 4);
  ticket.csat = 1;
  EXPECT_EQ(Everything(portfolio.model.Build(), as_of), open);
}

TEST(Backtest, FindsPlantedDeclinesAndBeatsTheBaseRate) {
  Portfolio portfolio(7);
  const auto result = BacktestRisk(*portfolio.model.Build(), kEnd, 6, {5, 10}, StopToken());
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->quarters.size(), 6u);
  ASSERT_TRUE(result->auc.has_value());
  EXPECT_GT(result->auc->auc, 0.7);
  EXPECT_TRUE(result->beats_base_rate) << result->verdict;
  int64_t customers = 0, events = 0;
  for (const BacktestQuarter& quarter : result->quarters) {
    customers += quarter.customers;
    events += quarter.events;
  }
  EXPECT_EQ(customers, result->customers);
  EXPECT_EQ(events, result->events);
}

TEST(Backtest, SaysSoWhenThereIsNothingToFind) {
  ModelWorkspace quiet;
  for (int i = 0; i < 40; ++i)
    quiet.Order("c" + std::to_string(i % 5), "2024-0" + std::to_string(1 + i % 9) + "-15", 10);
  const auto result = BacktestRisk(*quiet.Build(), *ParseDay("2024-09-30"), 2, {5}, StopToken());
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->beats_base_rate);
  EXPECT_THAT(result->verdict, ::testing::HasSubstr("no verdict"));
}

TEST(RiskModel, WithFewEscalationsItIsAScorecardAndSaysSo) {
  Portfolio portfolio(9);
  portfolio.model.tickets.resize(20);
  const auto snapshots = TakeRiskSnapshots(*portfolio.model.Build(),
                                           {Calendar::ShiftLastDay(kEnd, -3)}, kEnd, StopToken());
  const RiskModel model = RiskModel::Train({&snapshots->front()});
  EXPECT_TRUE(model.is_scorecard());
  EXPECT_THAT(model.reason(), ::testing::HasSubstr("escalations"));
  const RiskRow& row = snapshots->front().rows.front();
  EXPECT_GT(model.Risk(row.features), 0);
  EXPECT_LT(model.Risk(row.features), 1);
}

TEST(RiskModel, WhatIsTheSameForEverybodySaysNothing) {
  // The mean of equal tenths is a tenth but for rounding.
  RiskSnapshot snapshot{.as_of = kEnd, .outcome_known = true, .rows = {}};
  for (int i = 0; i < 97; ++i) {
    RiskRow row{.slot = static_cast<image::Slot>(i), .escalated = i % 40 == 0};
    row.features.fill(0.1);
    row.features[0] = i;
    snapshot.rows.push_back(row);
  }
  const RiskModel scorecard = RiskModel::Train({&snapshot});
  ASSERT_TRUE(scorecard.is_scorecard());
  for (RiskRow& row : snapshot.rows) row.escalated = row.slot % 2 == 0;
  const RiskModel regression = RiskModel::Train({&snapshot});
  ASSERT_FALSE(regression.is_scorecard());
  for (const RiskModel& model : {scorecard, regression}) {
    const std::vector<double> parts = model.Contributions(snapshot.rows[3].features);
    for (size_t j = 1; j < kRiskFeatures; ++j) EXPECT_NEAR(parts[j], 0, 1e-9) << j;
  }
}

TEST(EarlyWarnings, FindTheSilentAndSpareTheSeasonal) {
  // Fifty steady accounts; one falls silent; ten order ten times a month, but in summer only.
  ModelWorkspace model;
  std::mt19937 random(11);
  const auto chance = [&random](double p) {
    return static_cast<double>(random()) / 4294967296.0 < p;
  };
  for (int i = 0; i < 61; ++i) {
    const std::string id = (i < 50    ? "steady-"
                            : i == 50 ? "silent-"
                                      : "summer-") +
                           std::to_string(i);
    const size_t customer = model.Customer(id);
    for (Day day = kStart; day <= kEnd; ++day) {
      const int month = CivilFromDay(day).month;
      double p = 0.15;
      if (i == 50 && day > *ParseDay("2024-09-20")) p = 0;
      if (i > 50) p = month >= 5 && month <= 8 ? 0.35 : 0.005;
      if (chance(p))
        model.orders.push_back(
            {customer, day, "shipped", "", {{"", "", kOneUnit, 100 * kMicrosAUnit}}});
    }
  }
  const auto list = FindEarlyWarnings(*model.Build(), kEnd, {0.05}, StopToken());
  ASSERT_TRUE(list.ok());
  std::set<std::string> warned;
  for (const Warning& warning : list->warnings) warned.insert(model.customers[warning.slot].id);
  EXPECT_THAT(warned, ::testing::Contains("silent-50"));
  // At a rate of 5 % of a handful, at most one steady or seasonal account may slip in.
  EXPECT_LE(warned.size(), 2u) << ::testing::PrintToString(warned);
  EXPECT_GE(list->tests, 60);
}

TEST(EarlyWarnings, ARecordlessWorkspaceHasNone) {
  const auto list = FindEarlyWarnings(*ModelWorkspace().Build(), kEnd, {}, StopToken());
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->tests, 0);
  EXPECT_TRUE(list->warnings.empty());
}

TEST(Emerging, FindsTheAccountThatGrowsTowardsTheThreshold) {
  ModelWorkspace model;
  for (int i = 0; i < 20; ++i) {
    const std::string id = "flat-" + std::to_string(i);
    for (int month = 1; month <= 12; ++month) {
      for (const char* year : {"2023", "2024"}) {
        model.Order(id, absl::StrFormat("%s-%02d-10", year, month),
                    100 + 40 * i + (month * 7 + i) % 5);
      }
    }
  }
  for (int month = 0; month < 24; ++month) {
    model.Order("rising", absl::StrFormat("%d-%02d-05", 2023 + month / 12, month % 12 + 1),
                40 + 20 * month);
  }
  const auto result = FindEmergingAccounts(*model.Build(), kEnd, {}, StopToken());
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->accounts.size(), 1u);
  EXPECT_EQ(model.customers[result->accounts[0].slot].id, "rising");
  // Seventeen months behind its first half-year are too few to say on which day.
  EXPECT_FALSE(result->accounts[0].crossing.has_value());
  EXPECT_GT(result->accounts[0].to_threshold, 0);
}

TEST(Indicators, AFallingOrderTrendAnnouncesADecline) {
  Portfolio portfolio(5);
  const auto ranking = RankIndicators(*portfolio.model.Build(), kEnd, 0.3, StopToken());
  ASSERT_TRUE(ranking.ok());
  ASSERT_EQ(ranking->indicators.size(), kRiskFeatures);
  EXPECT_GT(ranking->cases, 0);
  EXPECT_LT(ranking->indicators.front().q, 0.05);
  for (size_t i = 1; i < ranking->indicators.size(); ++i) {
    EXPECT_GE(std::fabs(ranking->indicators[i - 1].auc.auc - 0.5),
              std::fabs(ranking->indicators[i].auc.auc - 0.5));
  }
}

TEST(Retention, HandCounted) {
  ModelWorkspace model;
  model.Order("a", "2024-01-05", 1);
  model.Order("a", "2024-02-05", 1);
  model.Order("a", "2024-04-05", 1);
  model.Order("b", "2024-01-20", 1);
  model.Order("b", "2024-04-28", 1, "Cancelled");  // no return
  model.Order("c", "2024-02-11", 1);
  model.Order("c", "2024-03-11", 1);
  const auto revision = model.Build();
  const std::vector<uint8_t> all(revision->slots, 1);
  const Day as_of = *ParseDay("2024-04-30");
  const auto result =
      MeasureRetention(*revision, as_of, {*ParseDay("2024-01-01"), as_of}, all, 3, StopToken());
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->cohorts.size(), 4u);
  const RetentionCohort& january = result->cohorts[0];
  EXPECT_EQ(january.customers, 2);
  EXPECT_EQ(january.returned[0], 0.5);
  EXPECT_EQ(january.returned[1], 0.0);  // a zero counts
  EXPECT_EQ(january.returned[2], 0.5);
  EXPECT_EQ(january.returned_or_later[1], 0.5);
  const RetentionCohort& february = result->cohorts[1];
  EXPECT_EQ(february.returned[0], 1.0);
  EXPECT_FALSE(february.returned[2].has_value());  // May is not over
  EXPECT_EQ(result->cohorts[3].customers, 0);
  EXPECT_DOUBLE_EQ(*result->weighted_mean[0], 2.0 / 3);
  EXPECT_DOUBLE_EQ(*result->weighted_mean[1], 0);
  EXPECT_DOUBLE_EQ(*result->weighted_mean[2], 0.5);
}

}  // namespace
}  // namespace strata::analytics::insight
