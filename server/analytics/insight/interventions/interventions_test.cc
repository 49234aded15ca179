#include "server/analytics/insight/interventions/interventions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "server/analytics/insight/signals/emerging.h"
#include "server/analytics/insight/signals/signals.h"
#include "server/analytics/insight/support/support.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::insight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Day kStart = *ParseDay("2022-01-01");
const Day kEnd = *ParseDay("2024-12-31");

// Sixty accounts over three years, some of which fall silent, are served late and escalate.
struct Portfolio {
  ModelWorkspace model;
  std::mt19937 random;

  explicit Portfolio(uint32_t seed) : random(seed) {
    for (int i = 0; i < 60; ++i) AddAccount(absl::StrCat("account-", 100 + i), i % 3 == 0);
  }

  void AddAccount(const std::string& id, bool declines) {
    const size_t customer = model.Customer(id);
    model.customers[customer].account_owner = random() % 4 == 0 ? "" : "Kim";
    const Day decline = declines ? kStart + 200 + static_cast<Day>(random() % 800) : kEnd + 1'000;
    for (Day day = kStart; day <= kEnd; ++day) {
      const bool declining = day >= decline && day < decline + 200;
      if (random() % 100 < (declining ? 2 : 9)) Order(customer, day);
      if (random() % 100 < (declining ? 7 : 2)) Ticket(customer, day, declining);
    }
    if (random() % 2 == 0) {
      const Day start = kStart + static_cast<Day>(random() % 700);
      model.contracts.push_back({customer, start, start + 364,
                                 static_cast<Micros>(1'000 + random() % 90'000) * kMicrosAUnit,
                                 "Lee", ""});
    }
  }
  void Order(size_t customer, Day day) {
    model.orders.push_back(
        {customer,
         day,
         "shipped",
         "",
         {{"p", "line", kOneUnit, static_cast<Micros>(500 + random() % 500) * kMicrosAUnit}}});
  }
  void Ticket(size_t customer, Day day, bool bad) {
    ModelWorkspace::TicketRow ticket;
    ticket.customer = customer;
    ticket.opened = NoonOf(day);
    ticket.due = ticket.opened + 2 * kMillisADay;
    ticket.resolved = ticket.opened + (bad ? 4 : 1) * kMillisADay;
    ticket.csat = bad ? 2 : 5;
    if (bad && random() % 3 == 0) ticket.escalated = ticket.opened + 3'600'000;
    model.tickets.push_back(ticket);
  }
};

fields::Scope ScopeOf(image::RevisionPtr revision, Day as_of, const std::string& filter = "") {
  fields::Scope scope;
  scope.as_of = as_of;
  scope.range = {kStart, as_of};
  scope.revision = std::move(revision);
  scope.filter = filter;
  return scope;
}

InterventionQueue Queue(const fields::Scope& scope, int limit) {
  const auto population = segment::SelectCustomers(scope, InterventionFields());
  EXPECT_TRUE(population.ok()) << population.status();
  auto queue = RankInterventions(scope, *population, limit);
  EXPECT_TRUE(queue.ok()) << queue.status();
  return *std::move(queue);
}

TEST(Interventions, RevenueAtRiskIsTheHigherOfRevenueAndContractTimesRisk) {
  const Portfolio portfolio(1);
  const fields::Scope scope = ScopeOf(portfolio.model.Build(), *ParseDay("2024-06-30"));
  const InterventionQueue queue = Queue(scope, 1'000);
  const auto risk = AssessCurrentRisk(*scope.revision, scope.as_of, StopToken());
  const std::vector<double> by_slot = risk->BySlot(scope.revision->slots);
  MicrosSum total = 0;
  int by_contract = 0;
  for (const Intervention& one : queue.first) {
    // Revenue of the 365 days and the contract, walked over the rows.
    Micros revenue = 0, contract = 0;
    for (const auto& order : portfolio.model.orders) {
      if (order.customer == one.slot && order.day > scope.as_of - 365 && order.day <= scope.as_of) {
        revenue += order.lines[0].amount;
      }
    }
    for (const auto& row : portfolio.model.contracts) {
      if (row.customer == one.slot && row.start <= scope.as_of && row.end >= scope.as_of) {
        contract += row.annual_value;
        EXPECT_EQ(one.renewal_date, row.end);
      }
    }
    by_contract += contract > revenue;
    EXPECT_EQ(one.revenue, std::max(revenue, contract));
    EXPECT_EQ(one.risk, by_slot[one.slot]);
    EXPECT_EQ(static_cast<int64_t>(one.at_risk),
              std::llround(static_cast<double>(one.revenue) * one.risk));
    total += one.at_risk;
  }
  EXPECT_GT(by_contract, 0);
  EXPECT_EQ(queue.ranked, static_cast<int64_t>(queue.first.size()));
  EXPECT_TRUE(queue.total_at_risk == total);
  EXPECT_DOUBLE_EQ(queue.covered, 1);
  for (size_t i = 1; i < queue.first.size(); ++i) {
    EXPECT_GE(queue.first[i - 1].at_risk, queue.first[i].at_risk);
    EXPECT_GE(queue.first[i].cumulative_share, queue.first[i - 1].cumulative_share);
  }
  // A shorter list is the head of the longer one and covers what its last row says.
  const InterventionQueue head = Queue(scope, 5);
  ASSERT_EQ(head.first.size(), 5u);
  EXPECT_TRUE(head.total_at_risk == total);
  MicrosSum five = 0;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(head.first[i].slot, queue.first[i].slot);
    five += head.first[i].at_risk;
  }
  EXPECT_DOUBLE_EQ(head.covered, ToDouble(five) / ToDouble(total));
}

TEST(Interventions, AFilterNarrowsTheListAndChangesNoRow) {
  Portfolio portfolio(2);
  for (size_t i = 0; i < 60; i += 2) portfolio.model.customers[i].country = "US";
  const image::RevisionPtr revision = portfolio.model.Build();
  const InterventionQueue all = Queue(ScopeOf(revision, kEnd), 1'000);
  const InterventionQueue some = Queue(ScopeOf(revision, kEnd, "country = \"US\""), 1'000);
  std::vector<const Intervention*> expected;
  for (const Intervention& one : all.first) {
    if (one.slot % 2 == 0) expected.push_back(&one);
  }
  ASSERT_EQ(some.first.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(some.first[i].slot, expected[i]->slot);
    EXPECT_EQ(some.first[i].at_risk, expected[i]->at_risk);
    EXPECT_EQ(some.first[i].action, expected[i]->action);
  }
}

std::string Text(const fields::Scope& scope) {
  std::string text;
  const InterventionQueue queue = Queue(scope, 1'000);
  for (const Intervention& one : queue.first) {
    absl::StrAppend(&text, one.slot, " ", FormatMicros(one.revenue), " ", one.risk, " ",
                    FormatMicros(one.at_risk), " ", one.cumulative_share, " ",
                    one.renewal_date.value_or(0), " ", one.action, "\n");
    for (const Reason& reason : one.reasons) absl::StrAppend(&text, "  ", reason.words, "\n");
  }
  const auto emerging = FindEmergingAccounts(*scope.revision, scope.as_of, {0.9}, StopToken());
  for (const EmergingAccount& account : emerging->accounts) {
    absl::StrAppend(&text, account.slot, " ", Statement(account, emerging->threshold, "USD"), "\n");
  }
  const auto renewals = FindRenewals(*scope.revision, scope.as_of, 300, StopToken());
  for (const Renewal& renewal : *renewals) {
    absl::StrAppend(&text, renewal.slot, " ", Statement(renewal, scope.as_of, "USD"), "\n");
  }
  fields::Scope year = scope;
  year.range = {scope.as_of - 364, scope.as_of + 200};  // a range may reach beyond as_of
  const auto rows = CollectSupport(year, std::vector<uint8_t>(scope.revision->slots, 1));
  for (const SupportRow& row : *rows) {
    absl::StrAppend(&text, row.slot, " ", row.tickets, " ", row.sla_met, " ", row.sla_breached, " ",
                    row.ratings, " ", row.escalated, " ", row.contacts, " ",
                    row.resolution_hours.size(), "\n");
  }
  return text;
}

// What goes by no current value: risk, warnings, emerging accounts.
std::string RiskText(const fields::Scope& scope) {
  std::string text;
  const auto risk = AssessCurrentRisk(*scope.revision, scope.as_of, StopToken());
  for (const RiskRow& row : risk->now.rows) {
    absl::StrAppend(&text, row.slot, " ", risk->model.Risk(row.features), "\n");
    for (const Reason& reason : DriverReasons(risk->model, row.features)) {
      absl::StrAppend(&text, "  ", reason.words, "\n");
    }
  }
  const auto warnings = FindEarlyWarnings(*scope.revision, scope.as_of, {0.5}, StopToken());
  for (const Warning& warning : warnings->warnings) {
    absl::StrAppend(&text, warning.slot, " ", Statement(warning, "USD"), " ", warning.q, "\n");
  }
  const auto emerging = FindEmergingAccounts(*scope.revision, scope.as_of, {0.9}, StopToken());
  for (const EmergingAccount& account : emerging->accounts) {
    absl::StrAppend(&text, account.slot, " ", Statement(account, emerging->threshold, "USD"), "\n");
  }
  return text;
}

TEST(Interventions, NothingAfterAsOfAndNoProfileChangesAnything) {
  for (uint32_t seed : {3u, 4u, 5u}) {
    Portfolio portfolio(seed);
    ModelWorkspace& model = portfolio.model;
    const Day as_of = *ParseDay("2024-03-20");
    const std::string before = Text(ScopeOf(model.Build(), as_of));
    const std::string risk_before = RiskText(ScopeOf(model.Build(), as_of));
    ASSERT_THAT(before, HasSubstr("renews by itself"));

    for (int i = 0; i < 400; ++i) {
      const size_t customer =
          i % 10 == 0 ? model.Customer(absl::StrCat("new-", i)) : portfolio.random() % 60;
      const Day day = as_of + 1 + static_cast<Day>(portfolio.random() % 280);
      portfolio.Order(customer, day);
      portfolio.Ticket(customer, day, i % 2 == 0);
      model.surveys.push_back({customer, day, SurveyKind::kCsat, 1});
      model.contracts.push_back({customer, day, day + 30, 1'000'000 * kMicrosAUnit, "", ""});
    }
    // A ticket that was open on the day goes wrong only afterwards.
    for (auto& ticket : model.tickets) {
      if (ticket.opened < NoonOf(as_of + 1) && ticket.resolved > NoonOf(as_of + 1)) {
        ticket.resolved += 9 * kMillisADay;
        ticket.escalated = NoonOf(as_of + 3);
        ticket.csat = 1;
      }
    }
    for (auto& customer : model.customers) {
      customer.country = "Elsewhere";
      customer.industry = "changed";
      customer.birth_date = kStart;
    }
    EXPECT_EQ(Text(ScopeOf(model.Build({}, 200), as_of)), before) << "seed " << seed;

    // Statuses, declarations and owners may change what revenue is and who is strategic, but no
    // figure of risk, no warning and no emerging account.
    for (size_t i = 0; i < model.orders.size(); i += 3) model.orders[i].status = "cancelled";
    for (auto& customer : model.customers) {
      customer.strategic = portfolio.random() % 2 == 0;
      customer.account_owner = "Changed";
    }
    for (auto& contract : model.contracts) contract.status = "ended";
    EXPECT_EQ(RiskText(ScopeOf(model.Build({}, 200), as_of)), risk_before) << "seed " << seed;
  }
}

TEST(Interventions, ActionsByRule) {
  Renewal renewal;
  renewal.end_date = *ParseDay("2025-02-03");
  renewal.auto_renew = false;
  const ActionContext owned{true, "executive sponsor", &renewal};
  const Reason decline{ReasonKind::kDecline, ""}, service{ReasonKind::kService, ""},
      delivery{ReasonKind::kDelivery, ""}, neglect{ReasonKind::kNeglect, ""},
      ends{ReasonKind::kRenewal, ""};
  EXPECT_EQ(SuggestedAction({decline}, owned), "call: ask why orders fall and agree on a plan");
  EXPECT_EQ(SuggestedAction({service, decline, service}, owned),
            "review its open and late tickets with the customer; call: ask why orders fall and "
            "agree on a plan");
  EXPECT_EQ(
      SuggestedAction({decline, delivery, neglect, ends}, owned),
      "open the renewal talk now, it ends on 2025-02-03; put the account on priority support, "
      "with the executive sponsor behind it");
  renewal.auto_renew = true;
  EXPECT_EQ(SuggestedAction({ends}, {false, "", &renewal}),
            "name an account owner; confirm the renewal before 2025-02-03");
  EXPECT_EQ(SuggestedAction({}, owned), "watch: nothing stands out but its size");
}

TEST(Interventions, ReasonsNameWhatIsBadAndNeverSize) {
  Portfolio portfolio(6);
  const fields::Scope scope = ScopeOf(portfolio.model.Build(), kEnd);
  const auto risk = AssessCurrentRisk(*scope.revision, scope.as_of, StopToken());
  ASSERT_FALSE(risk->model.is_scorecard());
  RiskFeatureRow row{};
  for (size_t j = 0; j < kRiskFeatures; ++j) row[j] = risk->model.means()[j];
  EXPECT_TRUE(DriverReasons(risk->model, row).empty());  // an average account has no reason
  row[static_cast<size_t>(RiskFeature::kRevenue)] += 5;
  row[static_cast<size_t>(RiskFeature::kOrders)] += 100;
  EXPECT_TRUE(DriverReasons(risk->model, row).empty());

  // Anything else that lies far on its bad side is a reason where the model says that it matters.
  int named = 0;
  for (size_t j = 0; j < kRiskFeatures; ++j) {
    const auto feature = static_cast<RiskFeature>(j);
    if (feature == RiskFeature::kRevenue || feature == RiskFeature::kOrders) continue;
    row = {};
    for (size_t k = 0; k < kRiskFeatures; ++k) row[k] = risk->model.means()[k];
    row[j] += HighIsBad(feature) ? 5 : -5;
    const std::vector<Reason> reasons = DriverReasons(risk->model, row);
    ASSERT_EQ(reasons.size(), risk->model.Contributions(row)[j] > 0.1) << NameOf(feature);
    named += static_cast<int>(reasons.size());
    if (feature != RiskFeature::kTickets || reasons.empty()) continue;
    EXPECT_THAT(reasons[0].words, HasSubstr("tickets in the last quarter"));
    EXPECT_EQ(reasons[0].kind, ReasonKind::kService);
  }
  EXPECT_GE(named, 3);
}

TEST(Interventions, WithoutRecordsTheQueueIsEmpty) {
  ModelWorkspace model;
  model.Customer("a");
  const InterventionQueue queue = Queue(ScopeOf(model.Build(), kEnd), 10);
  EXPECT_TRUE(queue.first.empty());
  EXPECT_EQ(queue.covered, 0);
}

}  // namespace
}  // namespace strata::analytics::insight
