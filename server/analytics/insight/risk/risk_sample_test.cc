// Large portfolios are learnt from by a sample: who is in it, and that risks stay risks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "server/analytics/insight/risk/risk_model.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::insight {
namespace {

const Day kEnd = *ParseDay("2024-12-31");

std::vector<Day> QuarterEnds() {
  std::vector<Day> days;
  for (int back = 0; back <= 4; ++back) days.push_back(Calendar::ShiftLastDay(kEnd, -3 * back));
  return days;
}

// Everybody orders now and then. Troubled customers open tickets in one quarter, and one in three
// of them escalates in the next; of the others one in a hundred.
ModelWorkspace MakePortfolio(size_t customers) {
  ModelWorkspace model;
  std::mt19937 random(11);
  const std::vector<Day> ends = QuarterEnds();
  for (size_t i = 0; i < customers; ++i) {
    model.customers.emplace_back().id = "customer-" + std::to_string(i);
    for (int order = 0; order < 5; ++order) {
      model.orders.push_back(
          {i,
           kEnd - static_cast<Day>(random() % 730),
           "shipped",
           "",
           {{"", "", kOneUnit, static_cast<Micros>(1 + random() % 500) * kMicrosAUnit}}});
    }
    const bool troubled = random() % 5 == 0;
    const size_t quarter = 1 + random() % 4;
    const auto add_ticket = [&](Day day, bool escalated) {
      ModelWorkspace::TicketRow& row = model.tickets.emplace_back();
      row.customer = i;
      row.opened = NoonOf(day);
      row.resolved = NoonOf(day + 2);
      if (escalated) row.escalated = NoonOf(day + 1);
    };
    for (int ticket = 0; troubled && ticket < 3; ++ticket) {
      add_ticket(ends[quarter] - static_cast<Day>(random() % 80), false);
    }
    if (random() % 100 < (troubled ? 33u : 1u)) {
      add_ticket(ends[quarter] + 1 + static_cast<Day>(random() % 80), true);
    }
  }
  return model;
}

using Rows = std::map<std::string, const RiskRow*>;  // by customer id

Rows RowsById(const RiskSnapshot& snapshot, const image::Revision& revision) {
  Rows rows;
  for (const RiskRow& row : snapshot.rows) {
    rows[std::string(revision.CustomerId(row.slot))] = &row;
  }
  return rows;
}

std::set<std::string> Ids(const Rows& rows) {
  std::set<std::string> ids;
  for (const auto& [id, row] : rows) ids.insert(id);
  return ids;
}

RiskModel TrainOn(const std::vector<RiskSnapshot>& snapshots) {
  std::vector<const RiskSnapshot*> history;
  for (const RiskSnapshot& snapshot : snapshots) {
    if (snapshot.outcome_known) history.push_back(&snapshot);
  }
  return RiskModel::Train(history);
}

class RiskSample : public testing::Test {
 protected:
  static constexpr size_t kCustomers = 24'000;  // twice halved, 6,000 are left

  RiskSample()
      : model_(MakePortfolio(kCustomers)),
        revision_(model_.Build()),
        full_(*TakeRiskSnapshots(*revision_, QuarterEnds(), kEnd, StopToken())),
        sample_(*TakeTrainingSnapshots(*revision_, QuarterEnds(), kEnd, StopToken())) {}

  ModelWorkspace model_;
  image::RevisionPtr revision_;
  std::vector<RiskSnapshot> full_, sample_;
};

TEST_F(RiskSample, KeepsEveryEscalationAndAShareOfTheOthers) {
  for (size_t day = 1; day < full_.size(); ++day) {
    const Rows all = RowsById(full_[day], *revision_), some = RowsById(sample_[day], *revision_);
    EXPECT_EQ(full_[day].sampled, 1);
    EXPECT_EQ(sample_[day].sampled, 0.25);
    EXPECT_EQ(sample_[day].active, static_cast<int64_t>(all.size()));
    double others = 0, kept = 0;
    for (const auto& [id, row] : all) {
      const auto found = some.find(id);
      if (row->escalated) {
        ASSERT_NE(found, some.end()) << id;
      } else {
        others += 1;
        kept += found != some.end();
      }
      if (found == some.end()) continue;
      EXPECT_EQ(found->second->features, row->features);
      EXPECT_EQ(found->second->escalation_day, row->escalation_day);
    }
    EXPECT_NEAR(kept / others, 0.25, 0.02);
  }
  // Whoever is to be told a risk is there.
  EXPECT_FALSE(sample_[0].outcome_known);
  EXPECT_EQ(sample_[0].rows.size(), full_[0].rows.size());
}

TEST_F(RiskSample, DoesNotDependOnTheOrderInWhichCustomersCame) {
  ModelWorkspace other = model_;
  std::reverse(other.customers.begin(), other.customers.end());
  const auto moved = [](size_t customer) { return kCustomers - 1 - customer; };
  for (auto& order : other.orders) order.customer = moved(order.customer);
  for (auto& ticket : other.tickets) ticket.customer = moved(ticket.customer);
  const image::RevisionPtr revision = other.Build();
  const auto sample = TakeTrainingSnapshots(*revision, QuarterEnds(), kEnd, StopToken());
  ASSERT_TRUE(sample.ok());
  for (size_t day = 1; day < sample->size(); ++day) {
    EXPECT_TRUE(Ids(RowsById((*sample)[day], *revision)) ==
                Ids(RowsById(sample_[day], *revision_)));
  }
}

TEST_F(RiskSample, TheRisksAreThoseOfTheWholePortfolio) {
  const RiskModel whole = TrainOn(full_), sampled = TrainOn(sample_);
  ASSERT_FALSE(whole.is_scorecard());
  ASSERT_FALSE(sampled.is_scorecard());
  EXPECT_EQ(sampled.rows(), whole.rows());
  EXPECT_EQ(sampled.events(), whole.events());
  for (size_t j = 0; j < kRiskFeatures; ++j) {
    EXPECT_NEAR(sampled.means()[j], whole.means()[j], 0.05 * std::fabs(whole.means()[j]) + 0.02);
  }
  double of_whole = 0, of_sampled = 0, apart = 0;
  for (const RiskRow& row : full_[1].rows) {
    const double a = whole.Risk(row.features), b = sampled.Risk(row.features);
    of_whole += a;
    of_sampled += b;
    apart += std::fabs(a - b);
  }
  // The risks add up to the escalations that came, and hardly differ customer by customer.
  double escalated = 0;
  for (const RiskRow& row : full_[1].rows) escalated += row.escalated;
  EXPECT_NEAR(of_whole, escalated, 0.05 * escalated);
  EXPECT_NEAR(of_sampled, escalated, 0.1 * escalated);
  EXPECT_LT(apart, 0.1 * of_whole);
  // Contributions are against the average customer, not the average row of the sample.
  double contributions = 0;
  for (size_t day = 1; day < full_.size(); ++day) {
    for (const RiskRow& row : full_[day].rows) {
      for (const double part : sampled.Contributions(row.features)) contributions += part;
    }
  }
  EXPECT_NEAR(contributions / static_cast<double>(sampled.rows()), 0, 0.05);
}

TEST(RiskSampleOfFew, LeavesNobodyOut) {
  const image::RevisionPtr revision = MakePortfolio(500).Build();
  const auto full = TakeRiskSnapshots(*revision, QuarterEnds(), kEnd, StopToken());
  const auto sample = TakeTrainingSnapshots(*revision, QuarterEnds(), kEnd, StopToken());
  ASSERT_TRUE(full.ok() && sample.ok());
  for (size_t day = 0; day < full->size(); ++day) {
    EXPECT_EQ((*sample)[day].sampled, 1);
    EXPECT_EQ((*sample)[day].rows.size(), (*full)[day].rows.size());
  }
}

}  // namespace
}  // namespace strata::analytics::insight
