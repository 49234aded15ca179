// Sums of one customer beyond 64 bits of micros: they are exact, and nobody else's answer changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/classes/revenue_order.h"
#include "server/analytics/facts/sum_column.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/insight/segments/mover_ranks.h"
#include "server/analytics/kpi/query.h"
#include "server/analytics/segment/population.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics {
namespace {

using ::testing::ElementsAre;

constexpr MicrosSum kBeyond = MicrosSum{1} << 63;

TEST(SumColumn, KeepsWhatDoesNotFitBesideIt) {
  facts::SumColumn column;
  column.held.resize(5);
  column.Put(0, 7);
  column.Put(1, kBeyond);
  column.Put(2, -3 * kBeyond);
  column.Put(3, facts::WideSums::kMost);  // fits
  column.Put(4, 2 * kBeyond);
  const facts::SumView view = column;
  EXPECT_TRUE(view[0] == 7 && view[1] == kBeyond && view[2] == -3 * kBeyond);
  EXPECT_TRUE(view[3] == facts::WideSums::kMost && view[4] == 2 * kBeyond);
  EXPECT_THAT(view.held(), ElementsAre(7, facts::WideSums::kMost, facts::WideSums::kLeast,
                                       facts::WideSums::kMost, facts::WideSums::kMost));
  EXPECT_DOUBLE_EQ(view.AsDouble(2), -3 * 0x1p63);
  EXPECT_EQ(facts::SumView(column.held).wide(), nullptr);
}

TEST(SumColumn, OrdersWhatDoesNotFitByItsSum) {
  image::TextList ids;
  for (const char* id : {"e", "d", "c", "b", "a"}) ids.Append(id);
  facts::SumColumn column;
  column.held.resize(5);
  const MicrosSum sums[] = {2 * kBeyond, 5, 3 * kBeyond, 2 * kBeyond, facts::WideSums::kMost};
  for (image::Slot slot = 0; slot < 5; ++slot) column.Put(slot, sums[slot]);
  std::vector<image::Slot> slots = {0, 1, 2, 3, 4};
  classes::SortByRevenue(slots, column, ids);
  EXPECT_THAT(slots, ElementsAre(2, 3, 0, 4, 1));  // of the equal ones "b" before "e"
  const std::vector<classes::TopByRevenue> tops =
      classes::TopByRevenue::Find(slots, {1, 2, 4}, column, ids);
  std::vector<int> in;
  for (const classes::TopByRevenue& top : tops) {
    for (const image::Slot slot : slots) in.push_back(top.Contains(slot, column.held[slot]));
  }
  EXPECT_THAT(in, ElementsAre(1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0));
  EXPECT_THAT(insight::RevenueRanksOf({0, 1, 2, 3, 4}, column, {1, 1, 1, 1, 1}, ids),
              ElementsAre(3, 5, 1, 2, 4));
}

// Six customers; "a" to "c" are beyond 9.2e12 units, "e" below their negative.
ModelWorkspace Extremes() {
  ModelWorkspace model;
  constexpr Micros kTrillion = 1'000'000'000'000;  // units
  for (const char* day : {"2024-01-01", "2024-02-01", "2024-03-01"}) {
    model.Order("a", day, 6 * kTrillion);
  }
  for (const char* id : {"b", "c"}) {
    model.Order(id, "2024-01-05", 6 * kTrillion);
    model.Order(id, "2024-01-06", 6 * kTrillion);
  }
  model.Order("d", "2024-01-07", 0);
  model.orders.back().lines[0].amount = 1;  // a millionth
  model.Order("e", "2024-01-07", 1);
  model.Order("e", "2024-01-08", -6 * kTrillion);
  model.Order("e", "2024-01-09", -6 * kTrillion);
  model.Order("f", "2024-01-10", 5);
  for (int i = 0; i < 2; ++i) {
    model.contracts.push_back({0, *ParseDay("2024-01-01"), kNoDay, 9 * kTrillion * kMicrosAUnit});
  }
  return model;
}

std::vector<fields::Value> ColumnOf(const fields::Features& features, const char* field) {
  std::vector<fields::Value> values;
  for (image::Slot slot = 0; slot < 6; ++slot) values.push_back(features.Column(field).At(slot));
  return values;
}

fields::Value Money(int64_t units, int32_t nanos) { return Amount{units, nanos}; }
fields::Value Count(int64_t count) { return count; }
fields::Value Text(const char* text) { return std::string(text); }

TEST(SumColumn, FieldsOfEverybodyAreExact) {
  const image::RevisionPtr revision = Extremes().Build();
  const auto features = fields::Features::Compute(
      *revision, *ParseDay("2024-03-01"),
      {"revenue", "revenue_rank", "average_order_value", "tier", "abc", "rfm.m", "contract_value"},
      StopToken());
  ASSERT_TRUE(features.ok()) << features.status();
  constexpr int64_t kTrillion = 1'000'000'000'000;
  EXPECT_THAT(
      ColumnOf(*features, "revenue"),
      ElementsAre(Money(18 * kTrillion, 0), Money(12 * kTrillion, 0), Money(12 * kTrillion, 0),
                  Money(0, 1000), Money(1 - 12 * kTrillion, 0), Money(5, 0)));
  EXPECT_THAT(ColumnOf(*features, "revenue_rank"),
              ElementsAre(Count(1), Count(2), Count(3), Count(5), Count(6), Count(4)));
  EXPECT_EQ(features->Column("average_order_value").At(0), Money(6 * kTrillion, 0));
  EXPECT_EQ(features->Column("contract_value").At(0), Money(18 * kTrillion, 0));
  // Of five with positive revenue one is the top 20 %, and two make the top 50 %.
  EXPECT_THAT(ColumnOf(*features, "tier"),
              ElementsAre(Text("strategic"), Text("growth"), Text("standard"), Text("standard"),
                          Text("prospect"), Text("standard")));
  // Of 42 trillion a and b are the first to make 80 %; c makes the rest but for 5 and a millionth.
  EXPECT_THAT(ColumnOf(*features, "abc"),
              ElementsAre(Text("A"), Text("A"), Text("A"), Text("C"), Text("none"), Text("C")));
  // With six customers the quantiles at k/5 are the values themselves: a millionth, 5, and twice 12
  // trillion; a score above one needs a whole unit more.
  EXPECT_THAT(ColumnOf(*features, "rfm.m"),
              ElementsAre(Count(5), Count(3), Count(3), Count(1), Count(1), Count(2)));
}

std::string Matching(const image::RevisionPtr& revision, const std::string& filter) {
  const auto scope =
      fields::ResolveScope(revision, "", "", "", filter, fields::ClassesAt::kAsOf, StopToken());
  const auto population = segment::SelectCustomers(*scope, {});
  if (!population.ok()) return std::string(population.status().message());
  std::string ids;
  for (const image::Slot slot : population->Slots()) {
    absl::StrAppend(&ids, revision->CustomerId(slot));
  }
  return ids;
}

TEST(SumColumn, FiltersCompareBeyond64Bits) {
  const image::RevisionPtr revision = Extremes().Build();
  EXPECT_EQ(Matching(revision, "revenue > 9300000000000"), "abc");
  EXPECT_EQ(Matching(revision, "revenue > 12000000000000"), "a");
  EXPECT_EQ(Matching(revision, "revenue = 12000000000000"), "bc");
  EXPECT_EQ(Matching(revision, "NOT revenue = 12000000000000"), "adef");
  EXPECT_EQ(Matching(revision, "revenue != 12000000000000"), "adef");
  EXPECT_EQ(Matching(revision, "revenue <= -9300000000000"), "e");
  EXPECT_EQ(Matching(revision, "revenue < 9000000000000000000"), "abcdef");
  EXPECT_EQ(Matching(revision, "revenue > 9000000000000000000"), "");
  EXPECT_EQ(Matching(revision, "revenue:*"), "abcdef");
  EXPECT_THAT(Matching(revision, "revenue > 9300000000000000000"),
              ::testing::HasSubstr("too large for an amount"));
}

// A median between two orders of which one does not fit in 64 bits.
TEST(SumColumn, QuantilesOfOrdersBeyond64Bits) {
  ModelWorkspace model;
  model.Order("a", "2024-01-01", 2);
  model.Order("b", "2024-01-02", 0);
  constexpr Micros kNineTrillion = 9'000'000'000'000 * kMicrosAUnit;
  model.orders.back().lines = {{"", "", kOneUnit, kNineTrillion},
                               {"", "", kOneUnit, kNineTrillion}};
  kpi::KpiQuery query;
  query.scope =
      *fields::ResolveScope(model.Build(), "", "", "", "", fields::ClassesAt::kAsOf, StopToken());
  query.kpis = {"median_order_value", "revenue"};
  const auto answer = kpi::QueryKpis(query);
  ASSERT_TRUE(answer.ok()) << answer.status();
  const std::vector<fields::Cell>& cells = answer->table.rows[0].cells;
  EXPECT_EQ(cells[0].value, fields::Value(Amount{9'000'000'000'001, 0}));
  EXPECT_EQ(cells[1].value, fields::Value(Amount{18'000'000'000'002, 0}));
}

TEST(SumColumn, WhatNoAmountHoldsIsNullWithAReason) {
  constexpr MicrosSum kMost = MicrosSum{INT64_MAX} * kMicrosAUnit;
  EXPECT_EQ(fields::ValueOfMicros(kMost), fields::Value(Amount{INT64_MAX, 0}));
  EXPECT_EQ(fields::ValueOfMicros(kMost + kMicrosAUnit),
            fields::Value(fields::NullReason::kOutOfRange));
  EXPECT_EQ(fields::ValueOfRatio(2 * kMost, 2), fields::Value(Amount{INT64_MAX, 0}));
  EXPECT_EQ(fields::ValueOfRatio(-4 * kMost, 2), fields::Value(fields::NullReason::kOutOfRange));
}

}  // namespace
}  // namespace strata::analytics
