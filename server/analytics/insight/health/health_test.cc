// Health: each component by hand, everybody's score against the single one's, and nothing of what
// lies after as_of or of current values.
#include "server/analytics/insight/health/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "server/analytics/fields/features.h"
#include "server/analytics/insight/risk/current_risk.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::insight {
namespace {

using ::testing::HasSubstr;

constexpr char kAsOf[] = "2024-12-31";  // half-years: 2024 H2, 2024 H1, 2023 H2

Day D(absl::string_view text) { return *ParseDay(text); }
Millis T(absl::string_view day, int hour = 12) {
  return Millis{D(day)} * kMillisADay + Millis{hour} * 3'600'000;
}

// One customer's events.
struct Account {
  std::vector<facts::OrderEvent> orders;
  std::vector<facts::TicketEvent> tickets;
  std::vector<facts::ContractEvent> contracts;
  std::vector<facts::SurveyEvent> surveys;

  facts::OrderEvent& Order(absl::string_view day, int64_t units = 100) {
    return orders.emplace_back(facts::OrderEvent{.day = D(day), .amount = units * kMicrosAUnit});
  }
  facts::TicketEvent& Ticket(absl::string_view day) {
    return tickets.emplace_back(facts::TicketEvent{.opened_day = D(day), .opened_time = T(day)});
  }
  Health Of(absl::string_view as_of = kAsOf) const {
    static const auto& calendar = *new Calendar(*Calendar::Create("UTC", 1));
    return HealthFrom({0, orders, tickets, contracts, surveys}, D(as_of), calendar, {});
  }
  HealthComponent Part(const std::string& name, absl::string_view as_of = kAsOf) const {
    for (const HealthComponent& component : Of(as_of).components) {
      if (component.name == name) return component;
    }
    ADD_FAILURE() << "no component " << name;
    return {};
  }
  std::optional<double> Score(const std::string& name, absl::string_view as_of = kAsOf) const {
    return Part(name, as_of).score;
  }
};

TEST(Health, RecencyIsHeldAgainstTheCustomersOwnRhythm) {
  Account account;
  EXPECT_EQ(account.Score("recency"), std::nullopt);
  // One order 90 days ago: 45 days count as usual, so 100 (4 * 45 - 90) / (3 * 45).
  account.Order("2024-10-02");
  EXPECT_NEAR(*account.Score("recency"), 100.0 * 90 / 135, 1e-9);
  // Every 40 days: of 90 silent days, 100 (160 - 90) / 120.
  account.orders.clear();
  for (const char* day : {"2024-06-04", "2024-07-14", "2024-08-23", "2024-10-02"})
    account.Order(day);
  EXPECT_NEAR(*account.Score("recency"), 100.0 * 70 / 120, 1e-9);
  EXPECT_EQ(account.Part("recency").meaning,
            "90 days since the last order; usually 40 days lie between two");
  EXPECT_EQ(account.Score("recency", "2024-11-11"), 100);  // 40 days: the usual gap
  EXPECT_EQ(account.Score("recency", "2025-03-11"), 0);    // 160 days
  // Several orders a day: a week is the least that counts as usual.
  account.orders.assign(4, {.day = D("2024-12-20"), .amount = 1});
  EXPECT_NEAR(*account.Score("recency"), 100.0 * (28 - 11) / 21, 1e-9);
}

TEST(Health, TrendsHoldASeasonAgainstItself) {
  Account account;
  account.Order("2024-02-01", 300);
  account.Order("2024-08-01", 100);
  // Its first order is less than a year old.
  EXPECT_EQ(account.Score("frequency_trend"), std::nullopt);
  EXPECT_EQ(account.Score("value_trend"), std::nullopt);
  // Since the first of January: a year, so against the half-year before.
  account.orders.insert(account.orders.begin(), {.day = D("2024-01-01"), .amount = 100'000'000});
  EXPECT_NEAR(*account.Score("frequency_trend"), 75.0 * 2 / 3, 1e-9);
  EXPECT_NEAR(*account.Score("value_trend"), 75.0 * 100 / 200, 1e-9);
  EXPECT_EQ(account.Part("value_trend").meaning,
            "mean order of 100.00 in the last half-year against 200.00 in the half-year before");
  // Since July 2023: against the same half-year of 2023, which had the one order.
  account.orders.insert(account.orders.begin(), {.day = D("2023-07-01"), .amount = 80'000'000});
  EXPECT_NEAR(*account.Score("frequency_trend"), 75, 1e-9);
  EXPECT_NEAR(*account.Score("value_trend"), 75.0 * 100 / 80, 1e-9);
  EXPECT_THAT(
      account.Part("frequency_trend").meaning,
      HasSubstr("1 order in the last half-year against 1 in the same half-year a year ago"));
  account.Order("2024-09-01", 300);
  EXPECT_EQ(account.Score("frequency_trend"), 100);  // 75 * 3/2, cut
}

TEST(Health, ServiceIsWhatWasKnown) {
  Account account;
  EXPECT_EQ(account.Score("sla"), std::nullopt);
  EXPECT_EQ(account.Score("tickets"), std::nullopt);
  // Opened before as_of and resolved, rated and escalated after it.
  facts::TicketEvent& late = account.Ticket("2024-12-20");
  late.sla_due_time = T("2024-12-22");
  late.resolved_time = T("2025-01-02");
  late.escalated_time = T("2025-01-01");
  late.csat = 1;
  // Not yet due: nothing is known of it.
  EXPECT_EQ(account.Score("sla", "2024-12-21"), std::nullopt);
  // A first ticket is no more than before: nobody could open one.
  EXPECT_EQ(account.Score("tickets", "2024-12-21"), 100);
  EXPECT_THAT(account.Part("tickets", "2024-12-21").meaning,
              HasSubstr("1 ticket in the last half-year of a customer for less than a year"));
  account.Order("2023-12-21", 100);
  EXPECT_EQ(account.Score("tickets", "2024-12-20"), 100 - 5);
  EXPECT_EQ(account.Score("tickets", "2024-12-21"), 100 - 5);
  // Past due and open: 0 of 1.
  EXPECT_NEAR(*account.Score("sla", "2024-12-31"), 50, 1e-9);
  EXPECT_EQ(account.Score("csat", "2024-12-31"), std::nullopt);
  EXPECT_EQ(account.Score("tickets", "2024-12-31"), 100 - 10 - 5);
  EXPECT_THAT(account.Part("tickets").meaning, HasSubstr("0 escalated, 1 unresolved past due"));
  // Escalated, resolved too late and rated badly.
  EXPECT_NEAR(*account.Score("sla", "2025-01-02"), 50, 1e-9);
  EXPECT_NEAR(*account.Score("csat", "2025-01-02"), 50, 1e-9);
  EXPECT_EQ(account.Score("tickets", "2025-01-02"), 100 - 30 - 5);
  // In time on the second of the due time, and a survey beside the ticket's rating.
  facts::TicketEvent& met = account.Ticket("2024-12-24");
  met.sla_due_time = met.resolved_time = T("2024-12-25");
  met.csat = 4;
  account.surveys = {{D("2024-12-26"), SurveyKind::kCsat, 5},
                     {D("2024-12-26"), SurveyKind::kNps, 0}};
  EXPECT_NEAR(*account.Score("sla"), 100.0 * 2 / 3, 1e-9);
  EXPECT_NEAR(*account.Score("csat"), 100, 1e-9);
  EXPECT_NEAR(*account.Score("csat", "2025-01-02"), 100.0 * 3 / 4, 1e-9);
}

TEST(Health, DeliveriesCountWhenDue) {
  Account account;
  facts::OrderEvent& order = account.Order("2024-12-01");
  order.promised_time = T("2024-12-10");
  order.delivered_time = T("2024-12-12");
  EXPECT_EQ(account.Score("on_time_delivery", "2024-12-09"), std::nullopt);
  EXPECT_NEAR(*account.Score("on_time_delivery", "2024-12-10"), 50, 1e-9);  // overdue
  EXPECT_NEAR(*account.Score("on_time_delivery", "2024-12-31"), 50, 1e-9);  // late
  facts::OrderEvent& second = account.Order("2024-12-02");
  second.promised_time = second.delivered_time = T("2024-12-10");
  EXPECT_NEAR(*account.Score("on_time_delivery"), 100.0 * 2 / 3, 1e-9);
  EXPECT_EQ(account.Part("on_time_delivery").meaning,
            "1 of 2 orders of the last half-year delivered when promised");
}

TEST(Health, RenewalKnowsNearnessValueAndLoss) {
  Account account;
  EXPECT_EQ(account.Score("renewal"), std::nullopt);
  const auto contract = [](const char* start, const char* end, int64_t units) {
    return facts::ContractEvent{D(start), *end == 0 ? kNoDay : D(end), units * kMicrosAUnit};
  };
  account.contracts = {contract("2024-06-01", "2025-03-31", 100)};  // 90 days to go
  EXPECT_NEAR(*account.Score("renewal"), 40 + 60.0 * 90 / 180, 1e-9);
  account.contracts = {contract("2024-06-01", "", 100)};
  EXPECT_EQ(account.Score("renewal"), 100);
  // Of 200 a year ago, 150 is left.
  account.contracts = {contract("2023-06-01", "2024-05-31", 200), contract("2024-06-01", "", 150)};
  EXPECT_NEAR(*account.Score("renewal"), 75, 1e-9);
  EXPECT_EQ(account.Part("renewal").meaning,
            "150.00 a year in force (200.00 a year ago), open-ended");
  // One that begins after as_of does not save one that ended.
  account.contracts = {contract("2024-01-01", "2024-12-30", 100), contract("2025-01-01", "", 100)};
  EXPECT_EQ(account.Score("renewal"), 0);
  EXPECT_EQ(account.Score("renewal", "2025-01-01"), 100);
  account.contracts = {contract("2022-01-01", "2023-12-31", 100)};  // ended more than a year ago
  EXPECT_EQ(account.Score("renewal"), std::nullopt);
  // One that is void never was in force, and its end tells nothing.
  account.contracts = {contract("2024-01-01", "2024-12-30", 100)};
  account.contracts[0].excluded = true;
  EXPECT_EQ(account.Score("renewal"), std::nullopt);
  // A year ago lies between two contracts, within the 30 days of grace: 100 were in force then.
  account.contracts = {contract("2023-01-01", "2023-12-20", 100), contract("2024-01-10", "", 50)};
  EXPECT_NEAR(*account.Score("renewal"), 50, 1e-9);
}

TEST(Health, IsTheWeightedMeanOfWhatIsKnown) {
  Account account;
  EXPECT_EQ(account.Of().score, std::nullopt);
  EXPECT_EQ(account.Of().coverage, 0);
  account.Order("2024-10-02");  // recency 66.67, .15
  account.contracts = {{D("2024-06-01"), D("2025-03-31"), 100 * kMicrosAUnit}};  // renewal 70, .10
  const Health health = account.Of();
  EXPECT_NEAR(*health.score, (100.0 * 90 / 135 * .15 + 70 * .10) / .25, 1e-9);
  EXPECT_NEAR(health.coverage, .25, 1e-12);
  double weights = 0;
  for (const HealthComponent& component : health.components) {
    weights += component.weight;
    EXPECT_FALSE(component.meaning.empty()) << component.name;
  }
  EXPECT_NEAR(weights, 1, 1e-12);
  EXPECT_EQ(health.components.size(), 8u);
}

image::BlockSizes SmallBlocks() {
  image::BlockSizes sizes;
  sizes.target_lines = 60;
  sizes.max_customers = 16;
  sizes.min_tail_orders = 40;
  return sizes;
}

// The events of a customer straight from the rows of the model.
Account EventsOf(const ModelWorkspace& model, size_t customer, const Calendar& calendar) {
  Account account;
  for (const auto& row : model.orders) {
    if (row.customer != customer) continue;
    facts::OrderEvent event{.day = row.day};
    for (const ModelLine& line : row.lines) event.amount += line.amount;
    account.orders.push_back(event);
  }
  for (const auto& row : model.tickets) {
    if (row.customer != customer) continue;
    account.tickets.push_back({.opened_day = calendar.DayOf(row.opened),
                               .opened_time = row.opened,
                               .resolved_time = row.resolved,
                               .escalated_time = row.escalated,
                               .sla_due_time = row.due,
                               .csat = static_cast<uint8_t>(row.csat)});
  }
  for (const auto& row : model.contracts) {
    if (row.customer == customer)
      account.contracts.push_back({row.start, row.end, row.annual_value, row.status == "Void"});
  }
  for (const auto& row : model.surveys) {
    if (row.customer != customer) continue;
    account.surveys.push_back({row.day, row.kind, static_cast<uint8_t>(row.score)});
  }
  const auto by = [](auto& events, auto day) {
    std::stable_sort(events.begin(), events.end(),
                     [day](const auto& a, const auto& b) { return a.*day < b.*day; });
  };
  by(account.orders, &facts::OrderEvent::day);
  by(account.tickets, &facts::TicketEvent::opened_day);
  by(account.contracts, &facts::ContractEvent::start_date);
  by(account.surveys, &facts::SurveyEvent::day);
  return account;
}

class RandomHealth : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomHealth, OfEverybodyIsThatOfEachAndTheField) {
  const ModelWorkspace model = RandomWorkspace(GetParam());
  const auto revision = model.Build(SmallBlocks(), model.orders.size() / 10);
  const Day as_of = D("2023-06-15") + static_cast<Day>(GetParam() % 200);
  const std::vector<double> scores = *HealthScores(*revision, as_of, {});
  const fields::Features features =
      *fields::Features::Compute(*revision, as_of, {"health", "escalation_risk"}, {});
  const std::vector<double> risk = AssessCurrentRisk(*revision, as_of, {})->BySlot(revision->slots);
  ASSERT_EQ(scores.size(), revision->slots);
  for (image::Slot slot = 0; slot < revision->slots; ++slot) {
    SCOPED_TRACE(model.customers[slot].id);
    const Account account = EventsOf(model, slot, *revision->calendar);
    const Health expected =
        HealthFrom({slot, account.orders, account.tickets, account.contracts, account.surveys},
                   as_of, *revision->calendar, model.settings);
    const Health one = *HealthOf(*revision, as_of, slot, {});
    EXPECT_EQ(one.score.has_value(), expected.score.has_value());
    EXPECT_EQ(std::isnan(scores[slot]), !expected.score.has_value());
    EXPECT_EQ(features.Column("health").IsNull(slot), std::isnan(scores[slot]));
    EXPECT_EQ(features.Column("escalation_risk").IsNull(slot), std::isnan(risk[slot]));
    if (!std::isnan(risk[slot])) {
      EXPECT_EQ(features.Column("escalation_risk").numbers[slot], risk[slot]);
    }
    if (!expected.score.has_value()) continue;
    EXPECT_NEAR(*one.score, *expected.score, 1e-9);
    EXPECT_NEAR(scores[slot], *expected.score, 1e-9);
    EXPECT_EQ(features.Column("health").numbers[slot], scores[slot]);
    EXPECT_GE(scores[slot], 0);
    EXPECT_LE(scores[slot], 100);
    for (size_t i = 0; i < expected.components.size(); ++i) {
      EXPECT_EQ(one.components[i].meaning, expected.components[i].meaning);
    }
  }
}

// Later events, resolutions of earlier tickets and changed current values change nothing.
TEST_P(RandomHealth, SeesNothingOfTheFutureAndNoCurrentValue) {
  ModelWorkspace model = RandomWorkspace(GetParam());
  const Day as_of = D("2023-03-31");
  const auto texts = [&] {
    const auto revision = model.Build(SmallBlocks());
    std::string text;
    for (image::Slot slot = 0; slot < revision->slots; ++slot) {
      const Health health = *HealthOf(*revision, as_of, slot, {});
      absl::StrAppend(&text, slot, " ", health.score.value_or(-1), "\n");
      for (const auto& part : health.components) {
        absl::StrAppend(&text, part.score.value_or(-1), " ", part.meaning, "\n");
      }
    }
    return text;
  };
  const std::string before = texts();
  std::mt19937 random(GetParam());
  const Millis after = Millis{as_of + 3} * kMillisADay;  // beyond midnight in any zone
  for (auto& row : model.customers) {
    row.country = "Atlantis";
    row.strategic = true;
    row.account_owner = "nobody";
  }
  for (auto& row : model.orders) {
    if (row.day > as_of) row.lines.front().amount += 5 * kMicrosAUnit;
    row.status = random() % 2 == 0 ? "cancelled" : "shipped";
  }
  for (auto& row : model.tickets) {
    if (row.resolved == kNoTime || row.resolved > after) row.resolved = after + 7'000'000;
    if (row.escalated == kNoTime || row.escalated > after) row.escalated = after + 9'000'000;
    if (row.resolved > after) row.csat = 1;
    row.status = random() % 2 == 0 ? TicketStatus::kCancelled : TicketStatus::kOpen;
  }
  for (size_t customer = 0; customer < model.customers.size(); ++customer) {
    model.orders.push_back(
        {customer, as_of + 1, "shipped", "", {{"", "", kOneUnit, kMicrosAUnit}}});
    ModelWorkspace::TicketRow ticket;
    ticket.customer = customer;
    ticket.opened = after;
    model.tickets.push_back(ticket);
    model.contracts.push_back({customer, as_of + 1, as_of + 300, 900 * kMicrosAUnit, "", ""});
    model.surveys.push_back({customer, as_of + 2, SurveyKind::kCsat, 1});
  }
  EXPECT_EQ(texts(), before);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHealth, ::testing::Range(1u, 26u));

}  // namespace
}  // namespace strata::analytics::insight
