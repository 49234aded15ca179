#include "server/analytics/insight/segments/transitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/segment/members.h"
#include "server/analytics/testing/model_workspace.h"
#include "server/analytics/testing/published_models.h"

namespace strata::analytics::insight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A second implementation over the rows: what everybody is on a day.
struct NaiveDay {
  std::vector<bool> exists;
  std::vector<Micros> revenue;  // of recognised orders up to the day
  std::vector<int> orders;
  std::vector<std::string> tier;
};

NaiveDay NaiveOn(const ModelWorkspace& model, Day day) {
  const size_t n = model.customers.size();
  NaiveDay on{std::vector<bool>(n), std::vector<Micros>(n), std::vector<int>(n),
              std::vector<std::string>(n, "prospect")};
  std::vector<Day> first(n, kNoDay);
  const auto see = [&](size_t customer, Day event) {
    if (first[customer] == kNoDay || event < first[customer]) first[customer] = event;
  };
  std::vector<Micros> in_window(n, 0);
  const int window = model.settings.tier_window_days;
  for (const ModelWorkspace::OrderRow& order : model.orders) {
    see(order.customer, order.day);
    if (order.day > day || !order.Recognised()) continue;
    Micros amount = 0;
    for (const ModelLine& line : order.lines) amount += line.amount;
    on.revenue[order.customer] += amount;
    on.orders[order.customer] += order.IsPurchase();
    if (window == 0 || order.day > day - window) in_window[order.customer] += amount;
  }
  const auto calendar = *Calendar::Create(model.settings.time_zone, 1);
  for (const auto& ticket : model.tickets) see(ticket.customer, calendar.DayOf(ticket.opened));
  for (const auto& survey : model.surveys) see(survey.customer, survey.day);
  std::vector<size_t> earning;
  for (size_t i = 0; i < n; ++i) {
    const Day created = model.customers[i].created;
    on.exists[i] = created != kNoDay ? created <= day : first[i] == kNoDay || first[i] <= day;
    if (in_window[i] > 0) earning.push_back(i);
  }
  std::sort(earning.begin(), earning.end(), [&](size_t a, size_t b) {
    if (in_window[a] != in_window[b]) return in_window[a] > in_window[b];
    return model.customers[a].id < model.customers[b].id;
  });
  for (size_t rank = 0; rank < earning.size(); ++rank) {
    on.tier[earning[rank]] = rank < earning.size() * 2 / 10   ? "strategic"
                             : rank < earning.size() * 5 / 10 ? "growth"
                                                              : "standard";
  }
  for (size_t i = 0; i < n; ++i) {
    if (model.customers[i].strategic.value_or(false)) on.tier[i] = "strategic";
  }
  return on;
}

Transitions Compute(const image::RevisionPtr& revision, const std::string& segment,
                    std::vector<Day> dates, const std::string& filter = "", int movers = 1'000) {
  TransitionQuery query;
  query.scope =
      *fields::ResolveScope(revision, FormatDay(std::max(dates.back(), revision->last_event_day)),
                            "", "", filter, fields::ClassesAt::kAsOf, {});
  query.segment = *segment::FindSegment(*revision->settings, segment);
  query.dates = std::move(dates);
  query.movers = movers;
  absl::StatusOr<Transitions> result = ComputeTransitions(query);
  EXPECT_TRUE(result.ok()) << result.status();
  return *std::move(result);
}

// "strategic growth: 3 customers, 12000000 micros".
using Matrix = std::map<std::pair<std::string, std::string>, std::pair<int64_t, MicrosSum>>;
Matrix MatrixOf(const Transitions::Step& step) {
  Matrix matrix;
  for (const Transitions::Cell& cell : step.cells) {
    matrix[{cell.from, cell.to}] = {cell.customers, cell.revenue_change};
  }
  EXPECT_EQ(matrix.size(), step.cells.size());
  return matrix;
}

template <typename ClassOf>
Matrix NaiveMatrix(const NaiveDay& before, const NaiveDay& after, ClassOf class_of) {
  Matrix matrix;
  for (size_t i = 0; i < before.exists.size(); ++i) {
    if (!before.exists[i] && !after.exists[i]) continue;
    auto& cell = matrix[{before.exists[i] ? class_of(before, i) : "NEW",
                         after.exists[i] ? class_of(after, i) : "GONE"}];
    ++cell.first;
    cell.second += after.revenue[i] - before.revenue[i];
  }
  return matrix;
}

Day LastDay(const ModelWorkspace& model) {
  Day last = 0;
  for (const ModelWorkspace::OrderRow& order : model.orders) last = std::max(last, order.day);
  return last;
}

TEST(Transitions, EqualASecondImplementation) {
  int64_t moved = 0, created = 0;
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    ModelWorkspace model = RandomWorkspace(seed);
    SegmentDefinition value;
    value.id = "value";
    value.classes = {{"many", "orders >= 4"}, {"some", "orders >= 2"}};
    value.rest = "few";
    SegmentDefinition rich;
    rich.id = "rich";
    rich.filter = "revenue > 100";
    model.settings.segments = {rich, value};
    // Several blocks, some with tails.
    const image::RevisionPtr revision = model.Build({.target_lines = 60}, seed);
    const Day last = LastDay(model);
    const std::vector<Day> dates = {last - 500, last - 300, last - 299, last};
    std::vector<NaiveDay> days;
    for (const Day day : dates) days.push_back(NaiveOn(model, day));

    const auto tier_of = [](const NaiveDay& day, size_t i) { return day.tier[i]; };
    const auto value_of = [](const NaiveDay& day, size_t i) -> std::string {
      return day.orders[i] >= 4 ? "many" : day.orders[i] >= 2 ? "some" : "few";
    };
    const auto rich_of = [](const NaiveDay& day, size_t i) -> std::string {
      return day.revenue[i] > 100 * kMicrosAUnit ? "in" : "out";
    };
    const Transitions tiers = Compute(revision, "tier", dates);
    const Transitions values = Compute(revision, "value", dates);
    const Transitions riches = Compute(revision, "rich", dates);
    ASSERT_EQ(tiers.steps.size(), 3u);
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(MatrixOf(tiers.steps[i]), NaiveMatrix(days[i], days[i + 1], tier_of));
      EXPECT_EQ(MatrixOf(values.steps[i]), NaiveMatrix(days[i], days[i + 1], value_of));
      EXPECT_EQ(MatrixOf(riches.steps[i]), NaiveMatrix(days[i], days[i + 1], rich_of));
      moved += tiers.steps[i].moved;
      for (const auto& [pair, cell] : MatrixOf(tiers.steps[i])) {
        if (pair.first == "NEW") created += cell.first;
      }
    }
    EXPECT_THAT(tiers.classes, ElementsAre("strategic", "growth", "standard", "prospect"));
    EXPECT_THAT(values.classes, ElementsAre("many", "some", "few"));
    EXPECT_THAT(riches.classes, ElementsAre("in", "out"));
  }
  EXPECT_GT(moved, 100);
  EXPECT_GT(created, 100);
}

TEST(Transitions, RowsAddToOneAndEverybodyIsInOneClass) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    ModelWorkspace model = RandomWorkspace(seed);
    model.settings.rfm_window_days = 200;
    const image::RevisionPtr revision = model.Build();
    const Day last = LastDay(model);
    for (const char* segment : {"tier", "loyalty", "rfm", "abc"}) {
      const Transitions result = Compute(revision, segment, {last - 400, last - 100, last});
      for (const Transitions::Step& step : result.steps) {
        const NaiveDay before = NaiveOn(model, step.from), after = NaiveOn(model, step.to);
        std::map<std::string, double> rows;
        int64_t of_before = 0, of_after = 0, kept = 0;
        for (const Transitions::Cell& cell : step.cells) {
          rows[cell.from] += cell.row_share;
          EXPECT_GT(cell.customers, 0);
          EXPECT_NE(cell.to, kGone);
          of_after += cell.customers;
          if (cell.from == kNew) continue;
          of_before += cell.customers;
          kept += cell.customers;
        }
        for (const auto& [name, sum] : rows) EXPECT_NEAR(sum, 1, 1e-12) << name;
        EXPECT_EQ(of_before, std::count(before.exists.begin(), before.exists.end(), true));
        EXPECT_EQ(of_after, std::count(after.exists.begin(), after.exists.end(), true));
        EXPECT_EQ(step.stayed + step.moved, kept);
      }
    }
  }
}

ModelWorkspace TwoQuarters() {
  ModelWorkspace model;
  model.Order("ada", "2024-01-10", 100);
  model.Order("bob", "2024-01-11", 50);
  model.Order("cem", "2024-02-01", 10);
  // bob overtakes ada; dan comes; cem stands still.
  model.Order("bob", "2024-05-01", 80);
  model.Order("dan", "2024-06-30", 5);
  for (auto& customer : model.customers) customer.display_name = customer.id;
  return model;
}

TEST(Transitions, MoversAreToldWithWhatMovedThem) {
  ModelWorkspace model = TwoQuarters();
  model.settings.strategic_share_bp = 3'400;  // the first of three, the first of four
  model.settings.growth_share_bp = 6'700;     // two of three, two of four
  const image::RevisionPtr revision = model.Build();
  const Transitions result =
      Compute(revision, "tier", {*ParseDay("2024-03-31"), *ParseDay("2024-06-30")});
  ASSERT_EQ(result.steps.size(), 1u);
  const Transitions::Step& step = result.steps[0];
  EXPECT_EQ(step.stayed, 1);
  EXPECT_EQ(step.moved, 2);
  ASSERT_EQ(step.movers.size(), 2u);
  EXPECT_EQ(revision->CustomerId(step.movers[0].slot), "bob");
  EXPECT_EQ(step.movers[0].from, "growth");
  EXPECT_EQ(step.movers[0].to, "strategic");
  ASSERT_EQ(step.movers[0].changes.size(), 2u);
  EXPECT_EQ(step.movers[0].changes[0].field, "revenue");
  EXPECT_EQ(step.movers[0].changes[0].before, fields::Value(Amount{50, 0}));
  EXPECT_EQ(step.movers[0].changes[0].after, fields::Value(Amount{130, 0}));
  EXPECT_EQ(step.movers[0].changes[1].field, "revenue_rank");
  EXPECT_EQ(step.movers[0].changes[1].after, fields::Value(int64_t{1}));
  // ada's own revenue is what it was: only the rank changed.
  EXPECT_EQ(revision->CustomerId(step.movers[1].slot), "ada");
  ASSERT_EQ(step.movers[1].changes.size(), 1u);
  EXPECT_EQ(step.movers[1].changes[0].field, "revenue_rank");
  const Matrix matrix = MatrixOf(step);
  EXPECT_EQ(matrix.at({"NEW", "standard"}).first, 1);
  EXPECT_EQ(matrix.at({"NEW", "standard"}).second, 5 * kMicrosAUnit);
  EXPECT_EQ(matrix.at({"growth", "strategic"}).second, 80 * kMicrosAUnit);

  EXPECT_EQ(Compute(revision, "tier", {*ParseDay("2024-03-31"), *ParseDay("2024-06-30")}, "", 1)
                .steps[0]
                .movers.size(),
            1u);
}

TEST(Transitions, MoversOfEqualRevenueComeById) {
  ModelWorkspace model;
  for (const char* id : {"zoe", "ann", "mia"}) {
    model.Order(id, "2024-01-10", 10);
    model.Order(id, "2024-05-10", 10);
  }
  const image::RevisionPtr revision = model.Build();
  const Transitions result =
      Compute(revision, "loyalty", {*ParseDay("2024-03-31"), *ParseDay("2024-06-30")}, "", 2);
  EXPECT_EQ(result.steps[0].moved, 3);
  ASSERT_EQ(result.steps[0].movers.size(), 2u);
  EXPECT_EQ(revision->CustomerId(result.steps[0].movers[0].slot), "ann");
  EXPECT_EQ(revision->CustomerId(result.steps[0].movers[1].slot), "mia");
}

TEST(Transitions, StopWhenNobodyWaits) {
  const image::RevisionPtr revision = TwoQuarters().Build();
  TransitionQuery query;
  query.scope = *fields::ResolveScope(revision, "", "", "", "", fields::ClassesAt::kAsOf,
                                      StopToken([] { return absl::CancelledError("gone"); }));
  query.segment = *segment::FindSegment(*revision->settings, "tier");
  query.dates = {*ParseDay("2024-03-31"), *ParseDay("2024-06-30")};
  EXPECT_EQ(ComputeTransitions(query).status().code(), absl::StatusCode::kCancelled);
}

TEST(Transitions, AFilterKeepsTheSameCustomersAtEveryDate) {
  const image::RevisionPtr revision = TwoQuarters().Build();
  // Only bob has so much as of the end; he is looked at in March too, when he had not.
  const Transitions result = Compute(
      revision, "tier", {*ParseDay("2024-03-31"), *ParseDay("2024-06-30")}, "revenue > 120");
  ASSERT_EQ(result.steps[0].cells.size(), 1u);
  EXPECT_EQ(result.steps[0].cells[0].customers, 1);
  EXPECT_EQ(result.info.customers_used, 1);
  EXPECT_THAT(result.info.notes, ::testing::Contains(HasSubstr("as of 2024-06-30")));
}

TEST(Transitions, CustomersWithoutPurchasesAreAClassOfRfm) {
  ModelWorkspace model = TwoQuarters();
  model.customers.emplace_back().id = "eve";
  const Transitions result =
      Compute(model.Build(), "rfm", {*ParseDay("2024-03-31"), *ParseDay("2024-06-30")});
  EXPECT_EQ(result.classes.back(), segment::kNotScored);
  EXPECT_EQ(MatrixOf(result.steps[0]).at({segment::kNotScored, segment::kNotScored}).first, 1);
}

TEST(LastQuarterEnds, AreThoseThatHaveEnded) {
  const Calendar calendar = *Calendar::Create("UTC", 4);
  const auto ends = [&](const char* as_of, const char* first, int quarters) {
    std::vector<std::string> days;
    for (const Day day : LastQuarterEnds(calendar, *ParseDay(as_of), *ParseDay(first), quarters)) {
      days.push_back(FormatDay(day));
    }
    return days;
  };
  EXPECT_THAT(ends("2005-05-31", "2003-01-06", 3),
              ElementsAre("2004-09-30", "2004-12-31", "2005-03-31"));
  EXPECT_THAT(ends("2005-06-30", "2003-01-06", 2), ElementsAre("2005-03-31", "2005-06-30"));
  EXPECT_THAT(ends("2005-05-31", "2005-02-01", 4), ElementsAre("2005-03-31"));
}

TEST(Transitions, SalesSampleByQuarter) {
  STRATA_REFERENCE_OR_SKIP(path, "sales_data_sample/sales_data_sample.csv");
  const ModelWorkspace model = SalesSampleModel();
  const image::RevisionPtr revision = model.Build();
  const std::vector<Day> dates =
      LastQuarterEnds(*revision->calendar, revision->last_event_day, revision->first_event_day, 9);
  ASSERT_EQ(dates.size(), 9u);  // 2003-03-31 to 2005-03-31
  const Transitions result = Compute(revision, "tier", dates);
  for (size_t i = 0; i + 1 < dates.size(); ++i) {
    EXPECT_EQ(MatrixOf(result.steps[i]),
              NaiveMatrix(NaiveOn(model, dates[i]), NaiveOn(model, dates[i + 1]),
                          [](const NaiveDay& day, size_t c) { return day.tier[c]; }))
        << FormatDay(dates[i]);
  }
}

}  // namespace
}  // namespace strata::analytics::insight
