#include "server/analytics/insight/segments/rfm_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/testing/csv_rows.h"
#include "server/analytics/testing/model_workspace.h"
#include "server/analytics/testing/published_figures.h"

namespace strata::analytics::insight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RfmTable Table(const image::RevisionPtr& revision, Day as_of, const std::string& filter = "",
               int bins = 5, int window_days = 0) {
  RfmQuery query;
  query.scope = *fields::ResolveScope(revision, FormatDay(as_of), "", "", filter,
                                      fields::ClassesAt::kAsOf, StopToken());
  query.bins = bins;
  query.window_days = window_days;
  absl::StatusOr<RfmTable> table = MakeRfmTable(query);
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

// The type-7 quantile at k/bins plus one unit, by its formula on sorted values.
double CutOf(std::vector<int64_t> values, int k, int bins, double unit) {
  std::sort(values.begin(), values.end());
  const double at = static_cast<double>(values.size() - 1) * k / bins;
  const auto low = static_cast<size_t>(at + 1e-9);
  const size_t high = std::min(low + 1, values.size() - 1);
  return static_cast<double>(values[low]) +
         (at - static_cast<double>(low)) * static_cast<double>(values[high] - values[low]) + unit;
}

TEST(RfmTable, EqualsASecondImplementationForAnyWindowAndBins) {
  int64_t scored = 0;
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    const ModelWorkspace model = RandomWorkspace(seed);
    const image::RevisionPtr revision = model.Build({.target_lines = 60}, seed);
    if (revision->last_event_day == kNoDay) continue;
    const Day as_of = revision->last_event_day - static_cast<int>(seed * 7 % 200);
    const int bins = 2 + static_cast<int>(seed % 9), window = seed % 3 == 0 ? 0 : 100;
    const RfmTable table = Table(revision, as_of, "", bins, window);

    struct Buyer {
      Day last = kNoDay;
      int64_t orders = 0, revenue = 0;
    };
    std::map<image::Slot, Buyer> buyers;
    for (const ModelWorkspace::OrderRow& order : model.orders) {
      if (order.day > as_of || (window != 0 && order.day <= as_of - window)) continue;
      if (!order.Recognised()) continue;
      Buyer& buyer = buyers[static_cast<image::Slot>(order.customer)];
      if (order.IsPurchase()) {
        buyer.last = std::max(buyer.last, order.day);
        ++buyer.orders;
      }
      for (const ModelLine& line : order.lines) buyer.revenue += line.amount;
    }
    for (auto it = buyers.begin(); it != buyers.end();) {  // who only sent back bought nothing
      it = it->second.orders == 0 ? buyers.erase(it) : std::next(it);
    }
    std::vector<int64_t> recency, orders, revenue;
    for (const auto& [slot, buyer] : buyers) {
      recency.push_back(int64_t{as_of} - buyer.last);
      orders.push_back(buyer.orders);
      revenue.push_back(buyer.revenue);
    }
    const auto bin_of = [bins](const std::vector<int64_t>& values, int64_t value, double unit) {
      int bin = 1;
      for (int k = 1; k < bins; ++k) {
        bin += static_cast<double>(value) >= CutOf(values, k, bins, unit) - 1e-6;
      }
      return bin;
    };
    std::map<std::vector<int>, int64_t> cells;
    int64_t naive_scored = 0;
    for (const auto& [slot, buyer] : buyers) {
      ASSERT_EQ(table.recency_days[slot], int64_t{as_of} - buyer.last);
      ASSERT_EQ(table.orders[slot], buyer.orders);
      ASSERT_EQ(table.revenue.held[slot], buyer.revenue);
      const int r = bins + 1 - bin_of(recency, int64_t{as_of} - buyer.last, 1);
      const int f = bin_of(orders, buyer.orders, 1), m = bin_of(revenue, buyer.revenue, 1e6);
      EXPECT_EQ(table.scores.r[slot], r);
      EXPECT_EQ(table.scores.f[slot], f);
      EXPECT_EQ(table.scores.m[slot], m);
      // One that is created only after as_of is scored, but nobody yet.
      const Day created = model.customers[slot].created;
      if (created != kNoDay && created > as_of) continue;
      ++cells[{r, f, m}];
      ++naive_scored;
    }
    std::map<std::vector<int>, int64_t> found;
    for (const RfmTable::Cell& cell : table.cells) found[{cell.r, cell.f, cell.m}] = cell.customers;
    EXPECT_EQ(found, cells);
    EXPECT_EQ(static_cast<int64_t>(table.scored.size()), naive_scored);
    EXPECT_EQ(table.names.empty(), bins != 5);
    EXPECT_EQ(table.not_scored + naive_scored, table.info.customers_used);
    scored += naive_scored;
  }
  EXPECT_GT(scored, 500);
}

TEST(RfmTable, TheFilterNeverMovesTheCuts) {
  const ModelWorkspace model = RandomWorkspace(11);
  const image::RevisionPtr revision = model.Build();
  const RfmTable all = Table(revision, revision->last_event_day);
  const RfmTable some = Table(revision, revision->last_event_day, "country = \"US\"");
  EXPECT_EQ(some.scores.monetary.times_bins, all.scores.monetary.times_bins);
  EXPECT_EQ(some.scores.r, all.scores.r);
  EXPECT_LT(some.scored.size(), all.scored.size());
  ASSERT_FALSE(some.scored.empty());
  for (const image::Slot slot : some.scored) EXPECT_EQ(model.customers[slot].country, "US");
  EXPECT_THAT(some.info.notes, ::testing::Contains(HasSubstr("whole workspace")));
  int64_t customers = 0, orders = 0;
  MicrosSum revenue = 0;
  double of_customers = 0, of_revenue = 0;
  for (const RfmTable::Name& name : some.names) {
    customers += name.customers;
    orders += name.orders;
    revenue += name.revenue;
    of_customers += name.share_of_customers;
    of_revenue += name.share_of_revenue;
  }
  EXPECT_EQ(customers, static_cast<int64_t>(some.scored.size()));
  EXPECT_EQ(orders, some.info.records_used);
  MicrosSum expected = 0;
  for (const image::Slot slot : some.scored) expected += some.revenue.held[slot];
  EXPECT_TRUE(revenue == expected);
  EXPECT_NEAR(of_customers, 1, 1e-12);
  EXPECT_NEAR(of_revenue, 1, 1e-12);
}

TEST(RfmTable, StopsWhenNobodyWaits) {
  RfmQuery query;
  query.scope =
      *fields::ResolveScope(RandomWorkspace(11).Build(), "", "", "", "", fields::ClassesAt::kAsOf,
                            StopToken([] { return absl::CancelledError("gone"); }));
  EXPECT_EQ(MakeRfmTable(query).status().code(), absl::StatusCode::kCancelled);
}

TEST(RfmTable, WithoutPurchasesThereAreNoCuts) {
  ModelWorkspace model;
  model.customers.emplace_back().id = "ada";
  const RfmTable table = Table(model.Build(), 20'000);
  EXPECT_EQ(table.not_scored, 1);
  EXPECT_THAT(table.cells, IsEmpty());
  EXPECT_THAT(table.scores.recency.times_bins, IsEmpty());
  EXPECT_EQ(table.names.size(), 11u);
  EXPECT_EQ(table.names.back().name, "Unclassified");
}

TEST(RfmTable, OtherBinsSayThatTheyHaveNoNames) {
  ModelWorkspace model;
  model.Order("ada", "2024-01-01", 10);
  const RfmTable table = Table(model.Build(), *ParseDay("2024-01-31"), "", 4, 60);
  EXPECT_THAT(table.names, IsEmpty());
  EXPECT_THAT(table.info.notes,
              ElementsAre(HasSubstr("60 days that end with 2024-01-31"), HasSubstr("4 bins")));
}

TEST(RfmTable, EqualsThePublishedTable) {
  STRATA_REFERENCE_OR_SKIP(orders, "rfm/rfm_data_orders.csv");
  STRATA_REFERENCE_OR_SKIP(expected, "rfm/expected_rfm_table.csv");
  ModelWorkspace model;
  std::map<std::string, size_t> places;
  for (const CsvRow& row : ReadCsv(orders)) {
    const auto [place, made] = places.try_emplace(row.at("customer_id"), model.customers.size());
    if (made) model.customers.emplace_back().id = row.at("customer_id");
    model.orders.push_back({place->second,
                            *ParseDay(row.at("order_date")),
                            "",
                            "",
                            {{"", "", kOneUnit, *ParseMicros(row.at("revenue"))}}});
  }
  const image::RevisionPtr revision = model.Build();
  const RfmTable table = Table(revision, *ParseDay("2006-12-31"));
  std::map<std::string, int64_t> names;
  size_t rows = 0;
  for (const CsvRow& row : ReadCsv(expected)) {
    SCOPED_TRACE(row.at("customer_id"));
    const auto slot = static_cast<image::Slot>(places.at(row.at("customer_id")));
    EXPECT_EQ(table.recency_days[slot], std::stoll(row.at("recency_days")));
    EXPECT_EQ(table.orders[slot], std::stoll(row.at("transaction_count")));
    EXPECT_EQ(table.revenue.held[slot], *ParseMicros(row.at("amount")));
    EXPECT_EQ(table.scores.r[slot], std::stoi(row.at("R")));
    EXPECT_EQ(table.scores.f[slot], std::stoi(row.at("F")));
    EXPECT_EQ(table.scores.m[slot], std::stoi(row.at("M")));
    ++names[row.at("segment")];
    ++rows;
  }
  EXPECT_EQ(rows, 995u);
  EXPECT_EQ(table.scored.size(), 995u);
  for (const RfmTable::Name& name : table.names) {
    EXPECT_EQ(name.customers, names[std::string(name.name)]) << name.name;
  }
}

}  // namespace
}  // namespace strata::analytics::insight
