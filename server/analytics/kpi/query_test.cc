#include "server/analytics/kpi/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/analytics/kpi/testing/shop_model.h"
#include "server/base/error.h"

// The options of a query, what is refused, and what an answer says of itself.

namespace strata::analytics::kpi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ShopModel Shop() {
  ShopModel shop;
  shop.Customer("ada", "US");
  shop.Customer("bob", "DE");
  shop.Customer("eve", "");
  shop.customers[0].gender = "F";
  shop.Order("ada", "2023-02-10", 70);
  shop.Order("ada", "2024-01-10", 100);
  shop.Order("bob", "2024-01-20", 50);
  shop.Order("bob", "2024-02-20", 200, "cancelled");
  shop.Order("ada", "2024-04-05", 30);
  shop.Order("eve", "2024-04-30", 90);
  return shop;
}

std::vector<std::string> Columns(const KpiTable& table) {
  std::vector<std::string> names;
  for (const KpiTable::Column& column : table.columns)
    names.push_back(column.id + "/" + column.range);
  return names;
}

TEST(QueryTest, ManyGroupsAndNobodyInThem) {
  // More combinations than are kept as a table, and a filter that leaves none of them.
  ShopModel shop = Shop();
  for (int i = 0; i < 100; ++i) {
    const std::string id = "c" + std::to_string(i);
    shop.Order(id, "2024-01-10", 10 + i);
    for (int more = 0; more < i % 50; ++more) shop.Order(id, "2024-02-10", 1);
  }
  const KpiQuery nobody = QueryOf(shop.Build(), {"revenue", "active_customers"},
                                  {"customer", "orders", "gender"}, "country = \"Nowhere\"");
  const auto answer = QueryKpis(nobody);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(answer->table.rows.empty());
}

TEST(QueryTest, NamedRangesFollowTheScopesOwn) {
  KpiQuery query =
      QueryOf(Shop().Build(), {"revenue", "orders"}, {"country"}, "", "2024-01-01", "2024-04-30");
  query.ranges = {
      {"before", NamedRange::Kind::kPreviousPeriod, {}},
      {"last year", NamedRange::Kind::kSamePeriodLastYear, {}},
      {"april", NamedRange::Kind::kDays, {*ParseDay("2024-04-01"), *ParseDay("2024-04-30")}}};
  EXPECT_EQ(Answer(query),
            "DE: 50 1 0 0 0 0 0 0\n"
            "US: 130 2 0 0 70 1 30 1\n"
            "null:unknown: 90 1 0 0 0 0 90 1");
  EXPECT_THAT(
      Columns(QueryKpis(query)->table),
      ElementsAre("revenue/", "orders/", "revenue/before", "orders/before", "revenue/last year",
                  "orders/last year", "revenue/april", "orders/april"));
  // A row of the other range alone appears too.
  query = QueryOf(Shop().Build(), {"revenue"}, {"country"}, "", "2024-04-06", "2024-04-30");
  query.ranges = {
      {"q1", NamedRange::Kind::kDays, {*ParseDay("2024-01-01"), *ParseDay("2024-03-31")}}};
  EXPECT_EQ(Answer(query), "DE: 0 50\nUS: 0 100\nnull:unknown: 90 0");
}

TEST(QueryTest, OrderIsTotalAndUnknownComesLast) {
  KpiQuery query = QueryOf(Shop().Build(), {"revenue", "orders"}, {"country"});
  EXPECT_EQ(Answer(query), "DE: 50 1\nUS: 200 3\nnull:unknown: 90 1");
  query.order_by = {{"country", true}};
  EXPECT_EQ(Answer(query), "US: 200 3\nDE: 50 1\nnull:unknown: 90 1");
  query.order_by = {{"revenue", true}};
  EXPECT_EQ(Answer(query), "US: 200 3\nnull:unknown: 90 1\nDE: 50 1");
  query.order_by = {{"orders", false}};  // the tie is broken by the key
  EXPECT_EQ(Answer(query), "DE: 50 1\nnull:unknown: 90 1\nUS: 200 3");
  query.order_by = {{"orders", false}, {"revenue", true}};
  query.limit = 2;
  EXPECT_EQ(Answer(query), "null:unknown: 90 1\nDE: 50 1");
}

TEST(QueryTest, NullFiguresComeLastInEitherDirection) {
  KpiQuery query =
      QueryOf(Shop().Build(), {"revenue_growth"}, {"country"}, "", "2024-04-01", "2024-06-30");
  for (const bool descending : {false, true}) {
    query.order_by = {{"revenue_growth", descending}};
    EXPECT_EQ(Answer(query), "US: -0.7\nnull:unknown: null:zero_denominator");
  }
}

TEST(QueryTest, TotalsAreComputedBeforeTheLimit) {
  KpiQuery query =
      QueryOf(Shop().Build(), {"active_customers", "revenue", "average_order_value"}, {"month"});
  query.totals = true;
  query.limit = 1;
  EXPECT_EQ(Answer(query), "2023-02: 1 70 70\ntotals null:not_applicable: 3 340 68");
}

TEST(QueryTest, FillEmptyLeavesNoGap) {
  KpiQuery query = QueryOf(Shop().Build(), {"revenue", "average_order_value"}, {"month"}, "",
                           "2024-01-01", "2024-05-31");
  EXPECT_EQ(Answer(query), "2024-01: 150 75\n2024-04: 120 60");
  query.fill_empty = true;
  EXPECT_EQ(Answer(query),
            "2024-01: 150 75\n2024-02: 0 null:no_records\n2024-03: 0 null:no_records\n"
            "2024-04: 120 60\n2024-05: 0 null:no_records");
  // Every month with every country that occurs; nothing for countries that do not.
  query =
      QueryOf(Shop().Build(), {"orders"}, {"country", "quarter"}, "", "2024-01-01", "2024-06-30");
  query.fill_empty = true;
  EXPECT_EQ(Answer(query),
            "DE 2024-Q1: 1\nDE 2024-Q2: 0\nUS 2024-Q1: 1\nUS 2024-Q2: 1\n"
            "null:unknown 2024-Q1: 0\nnull:unknown 2024-Q2: 1");
  query = QueryOf(ShopModel().Build(), {"orders"}, {"month"}, "", "2024-01-01", "2024-02-29");
  query.fill_empty = true;
  EXPECT_EQ(Answer(query), "2024-01: 0\n2024-02: 0");
}

TEST(QueryTest, IncompletePeriodsAreMarked) {
  const auto answer = *QueryKpis(
      QueryOf(Shop().Build(), {"orders"}, {"month"}, "", "2024-01-01", "2024-04-30", "2024-04-29"));
  ASSERT_EQ(answer.table.rows.size(), 2u);
  EXPECT_TRUE(answer.table.rows[0].complete);
  EXPECT_FALSE(answer.table.rows[1].complete);
  EXPECT_FALSE(answer.info.last_period_complete);
  EXPECT_TRUE(QueryKpis(QueryOf(Shop().Build(), {"orders"}, {"month"}))->info.last_period_complete);
}

TEST(QueryTest, RecordsUsedAndLeftOutAddUp) {
  const auto answer = *QueryKpis(QueryOf(Shop().Build(), {"revenue"}, {"gender"},
                                         "country = \"US\" OR country = \"DE\"", "2024-01-01",
                                         "2024-03-31", "2024-04-10"));
  const fields::ResultInfo& info = answer.info;
  EXPECT_EQ(info.filter.empty(), false);
  EXPECT_EQ(info.records_used, 2);
  EXPECT_EQ(info.customers_used, 2);
  std::vector<std::string> reasons;
  int64_t records = info.records_used;
  for (const fields::LeftOut& left_out : info.left_out) {
    reasons.push_back(left_out.reason);
    records += left_out.records;
  }
  EXPECT_THAT(reasons, ElementsAre("orders after as_of", "orders outside the range",
                                   "orders with an excluded status"));
  EXPECT_EQ(records, 6);
  EXPECT_THAT(info.current_values,
              ElementsAre("customer.country", "customer.gender", "order.status"));
}

TEST(QueryTest, HindsightIsNoted) {
  const auto revision = Shop().Build();
  EXPECT_THAT(QueryKpis(QueryOf(revision, {"revenue"}, {"tier", "month"}))->info.notes,
              ElementsAre(HasSubstr("as of 2024-04-30 for every period")));
  EXPECT_TRUE(QueryKpis(QueryOf(revision, {"revenue"}, {"country"}))->info.notes.empty());
}

// ada is first in 2023, bob overtakes her in January 2024, ada again in February.
ShopModel Race() {
  ShopModel shop;
  shop.settings.strategic_share_bp = 5'000;
  shop.Order("ada", "2023-12-10", 100);
  shop.Order("bob", "2023-12-11", 50);
  shop.Order("bob", "2024-01-10", 500);
  shop.Order("ada", "2024-02-10", 1000);
  shop.Order("eve", "2024-02-11", 7);
  return shop;
}

TEST(QueryTest, ClassesAtPeriodStartKnowOnlyWhatWasBefore) {
  KpiQuery query = QueryOf(Race().Build(), {"revenue", "active_customers"}, {"month", "tier"});
  // Hindsight: of three customers floor(1.5) = 1, ada, is strategic throughout.
  EXPECT_EQ(Answer(query),
            "2023-12 strategic: 100 1\n2023-12 standard: 50 1\n2024-01 standard: 500 1\n"
            "2024-02 strategic: 1000 1\n2024-02 standard: 7 1");
  query.scope.classes_at = fields::ClassesAt::kPeriodStart;
  EXPECT_EQ(Answer(query),
            "2023-12 prospect: 150 2\n"   // before the first order nobody is anything
            "2024-01 standard: 500 1\n"   // bob, behind ada at the end of December
            "2024-02 standard: 1000 1\n"  // ada, behind bob at the end of January
            "2024-02 prospect: 7 1");
  EXPECT_THAT(QueryKpis(query)->info.notes, ElementsAre(HasSubstr("the day before each month")));
  // By filter, by tier of the KPI, and as of the range's start where there is no period.
  query.group_by = {"month"};
  query.scope.filter = "tier = \"standard\"";
  EXPECT_EQ(Answer(query), "2024-01: 500 1\n2024-02: 1000 1");
  query.scope.filter = "NOT tier = \"standard\"";
  EXPECT_EQ(Answer(query), "2023-12: 150 2\n2024-02: 7 1");
  query.scope.filter = "";
  query.kpis = {"strategic_revenue_share"};
  EXPECT_EQ(Answer(query), "2023-12: 0\n2024-01: 0\n2024-02: 0");
  query.kpis = {"revenue"};
  query.group_by = {"tier"};
  query.scope.range = {*ParseDay("2024-02-01"), *ParseDay("2024-02-29")};
  EXPECT_EQ(Answer(query), "standard: 1000\nprospect: 7");
}

TEST(QueryTest, ClassesAtPeriodStartHoldForSharesToo) {
  // One order of a standard customer in January, one of another in February: each half of them.
  KpiQuery query =
      QueryOf(Race().Build(), {"status_share"}, {"month", "product"}, "tier = \"standard\"");
  query.scope.classes_at = fields::ClassesAt::kPeriodStart;
  EXPECT_EQ(Answer(query), "2024-01 null:unknown: 0.5\n2024-02 null:unknown: 0.5");
}

TEST(QueryTest, ClassesAreNeverTakenAfterAsOf) {
  // The day before the range is 31 January, when bob is first; as of 5 January ada is.
  KpiQuery query = QueryOf(Race().Build(), {"customers"}, {"customer", "tier"}, "", "2024-02-01",
                           "2024-02-29", "2024-01-05");
  query.scope.classes_at = fields::ClassesAt::kPeriodStart;
  EXPECT_EQ(Answer(query), "ada strategic: 1\nbob standard: 1");
}

TEST(QueryTest, FactsOfSeveralKindsDoNotFanOut) {
  ShopModel shop;
  shop.Customer("ada", "US");
  for (int i = 0; i < 3; ++i) {
    shop.Order("ada", "2024-01-01", 10);
    shop.Ticket("ada", "2024-01-02");
    shop.Ticket("ada", "2024-02-02");
    shop.Contract("ada", "2024-01-01", "", 5);
  }
  const auto revision = shop.Build();
  EXPECT_EQ(
      Answer(QueryOf(revision, {"revenue", "tickets", "contract_value", "orders"}, {"country"})),
      "US: 30 6 15 3");
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue", "tickets", "contract_value"}, {"month"}, "", "",
                           "2024-02-29")),
            "2024-01: 30 3 15\n2024-02: 0 3 15");
}

TEST(QueryTest, PartitionsAddUpToTheTotal) {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    const auto revision = RandomShop(seed).Build();
    const auto total = *QueryKpis(QueryOf(revision, {"revenue", "orders", "orders_all", "units"}));
    for (const char* field : {"tier", "loyalty", "country", "status", "month", "age_band", "family",
                              "rfm_segment", "weekday", "customer"}) {
      const auto parts =
          *QueryKpis(QueryOf(revision, {"revenue", "orders", "orders_all", "units"}, {field}));
      int64_t orders = 0, all = 0;
      double units = 0;
      MicrosSum revenue = 0;
      for (const KpiTable::Row& row : parts.table.rows) {
        const Amount amount = std::get<Amount>(row.cells[0].value);
        revenue += MicrosSum{amount.units} * kMicrosAUnit + amount.nanos / 1000;
        orders += std::get<int64_t>(row.cells[1].value);
        all += std::get<int64_t>(row.cells[2].value);
        units += std::get<double>(row.cells[3].value);
      }
      const KpiTable::Row& row = total.table.rows[0];
      EXPECT_EQ(*AmountFromMicros(revenue), std::get<Amount>(row.cells[0].value)) << field;
      EXPECT_EQ(orders, std::get<int64_t>(row.cells[1].value)) << field;
      EXPECT_EQ(all, std::get<int64_t>(row.cells[2].value)) << field;
      EXPECT_NEAR(units, std::get<double>(row.cells[3].value), 1e-6) << field;
    }
  }
}

// Asks what errors advise; every answer that was had once is not asked for again.
class Asker {
 public:
  explicit Asker(image::RevisionPtr revision) : revision_(std::move(revision)) {}

  absl::Status Ask(const std::vector<std::string>& kpis, const std::vector<std::string>& by,
                   const std::string& filter) {
    const std::string key =
        absl::StrCat(absl::StrJoin(kpis, ","), "|", absl::StrJoin(by, ","), "|", filter);
    const auto [found, is_new] = asked_.try_emplace(key);
    if (is_new) found->second = QueryKpis(QueryOf(revision_, kpis, by, filter)).status();
    return found->second;
  }

  // Of an error the names that it advises by metadata `key`, which its text lists as well.
  static std::vector<std::string> Advice(const absl::Status& status, absl::string_view key) {
    for (const auto& [name, value] : FactsOf(status).metadata) {
      if (name != key) continue;
      EXPECT_THAT(std::string(status.message()), HasSubstr(value));
      return absl::StrSplit(value, ", ", absl::SkipEmpty());
    }
    ADD_FAILURE() << "no advice: " << status;
    return {};
  }

 private:
  const image::RevisionPtr revision_;
  std::map<std::string, absl::Status> asked_;
};

TEST(QueryTest, AdviceIsNeverRefusedWhenFollowed) {
  const auto revision = Shop().Build();
  const fields::FieldCatalogue catalogue(*revision);
  Asker asker(revision);
  int refused = 0;
  for (const Kpi& kpi : Kpis()) {
    for (const fields::Field& field : catalogue.fields()) {
      SCOPED_TRACE(absl::StrCat(kpi.id, " by ", field.id));
      const std::string known = absl::StrCat(field.id, ":*");
      const absl::Status by = asker.Ask({kpi.id}, {field.id}, "");
      if (!by.ok() && field.groupable) {
        ++refused;
        EXPECT_EQ(FactsOf(by).reason, "INCOMPATIBLE_FIELD");
        for (const std::string& advised : Asker::Advice(by, "fields")) {
          EXPECT_TRUE(asker.Ask({kpi.id}, {advised}, "").ok()) << advised;
        }
      } else if (absl::StrContains(by.message(), "it can filter")) {
        EXPECT_TRUE(asker.Ask({kpi.id}, {}, known).ok());
      }
      const absl::Status filtered = asker.Ask({kpi.id}, {}, known);
      if (filtered.ok()) continue;
      ++refused;
      EXPECT_EQ(FactsOf(filtered).reason, "INCOMPATIBLE_FIELD");
      for (const std::string& advised : Asker::Advice(filtered, "fields")) {
        EXPECT_TRUE(asker.Ask({kpi.id}, {}, absl::StrCat(advised, ":*")).ok()) << advised;
      }
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(QueryTest, AdviceHoldsForAllThatIsAskedTogether) {
  const auto revision = Shop().Build();
  Asker asker(revision);
  const std::vector<std::string> kpis = {"orders", "tickets", "contract_value", "nrr", "csat"};
  int refused = 0;
  for (const std::string& first : kpis) {
    for (const std::string& second : kpis) {
      if (first == second) continue;
      for (const char* field : {"product", "priority", "weekday", "status"}) {
        const absl::Status status = asker.Ask({first, second}, {"country", field}, "");
        if (status.ok()) continue;
        ++refused;
        const std::vector<std::string> advice = Asker::Advice(status, "fields");
        EXPECT_FALSE(advice.empty());
        for (const std::string& advised : advice) {
          EXPECT_TRUE(asker.Ask({first, second}, {"country", advised}, "").ok()) << advised;
        }
      }
      // A name that there is not: the nearest are of what can be asked.
      for (const char* field : {"produkt", "prioriti", "weekdays"}) {
        const absl::Status status = asker.Ask({first, second}, {field}, "");
        EXPECT_EQ(FactsOf(status).reason, "UNKNOWN_FIELD");
        for (const std::string& advised : Asker::Advice(status, "nearest")) {
          EXPECT_TRUE(asker.Ask({first, second}, {advised}, "").ok()) << advised;
        }
      }
    }
    for (const char* field : {"product", "priority", "country"}) {
      const absl::Status status = asker.Ask({first + "x"}, {field}, "");
      EXPECT_EQ(FactsOf(status).reason, "UNKNOWN_KPI");
      for (const std::string& advised : Asker::Advice(status, "nearest")) {
        EXPECT_TRUE(asker.Ask({advised}, {field}, "").ok()) << advised;
      }
    }
  }
  EXPECT_GT(refused, 10);
}

TEST(QueryTest, WhatDoesNotFitIsRefusedByPath) {
  const auto revision = Shop().Build();
  const auto refusal = [&](KpiQuery query) {
    const absl::Status status = QueryKpis(query).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_EQ(FactsOf(status).fields.empty(), false) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(refusal(QueryOf(revision, {"revenu"})),
              HasSubstr("kpis[0]: there is no KPI \"revenu\"; the nearest are revenue"));
  EXPECT_THAT(refusal(QueryOf(revision, {})), HasSubstr("kpis: "));
  EXPECT_THAT(refusal(QueryOf(revision, {"orders", "orders"})), HasSubstr("kpis[1]: "));
  EXPECT_THAT(refusal(QueryOf(revision, {"orders"}, {"countri"})), HasSubstr("group_by[0]: "));
  EXPECT_THAT(refusal(QueryOf(revision, {"orders"}, {"country", "country"})),
              HasSubstr("group_by[1]: "));
  EXPECT_THAT(
      refusal(QueryOf(revision, {"orders", "tickets"}, {"product"})),
      HasSubstr("group_by[0]: \"tickets\" cannot be grouped by \"product\"; all KPIs of the "
                "request can by customer, "));
  EXPECT_THAT(refusal(QueryOf(revision, {"tickets"}, {}, "status = \"shipped\"")),
              HasSubstr("scope.filter: \"tickets\" cannot be filtered by \"status\"; it can by "));
  EXPECT_THAT(refusal(QueryOf(revision, {"customers"}, {"month"})), HasSubstr("group_by[0]: "));
  EXPECT_THAT(refusal(QueryOf(revision, {"orders"}, {"revenue"})), HasSubstr("cannot group"));
  EXPECT_THAT(refusal(QueryOf(revision, {"orders"}, {}, "country = ")),
              HasSubstr("scope.filter: "));
  KpiQuery query = QueryOf(revision, {"orders"}, {"country"});
  query.order_by = {{"revenue", false}};
  EXPECT_THAT(refusal(query), HasSubstr("order_by: \"revenue\""));
  query.order_by.clear();
  query.share_within = {"gender"};
  EXPECT_THAT(refusal(query), HasSubstr("share_within[0]: "));
  query.share_within.clear();
  query.ranges = {{"a", NamedRange::Kind::kPreviousPeriod, {}},
                  {"a", NamedRange::Kind::kPreviousPeriod, {}}};
  EXPECT_THAT(refusal(query), HasSubstr("ranges[1].name: "));
  query.ranges = {{"", NamedRange::Kind::kPreviousPeriod, {}}};
  EXPECT_THAT(refusal(query), HasSubstr("ranges[0].name: "));
  query.ranges = {{"a", NamedRange::Kind::kDays, {2, 1}}};
  EXPECT_THAT(refusal(query), HasSubstr("ranges[0].range.to: "));
}

TEST(QueryTest, StopsWhenToldTo) {
  KpiQuery query = QueryOf(RandomShop(3).Build(), {"revenue"}, {"month"});
  query.scope.stop = StopToken([] { return absl::CancelledError("nobody waits"); });
  EXPECT_EQ(QueryKpis(query).status().code(), absl::StatusCode::kCancelled);
}

TEST(QueryTest, TooManyGroupsAreRefused) {
  ShopModel shop;
  shop.Order("ada", "1900-01-01", 1);
  shop.Order("ada", "2100-01-01", 1);
  for (int i = 0; i < 20; ++i) shop.Order("c" + std::to_string(i), "2000-01-01", 1);
  KpiQuery query = QueryOf(shop.Build(), {"orders"}, {"customer", "day"});
  EXPECT_EQ(QueryKpis(query)->table.rows.size(), 22u);
  query.fill_empty = true;  // 21 customers on each of 73,050 days
  const absl::Status status = QueryKpis(query).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("group_by: the answer has more than 1000000 groups"));
}

}  // namespace
}  // namespace strata::analytics::kpi
