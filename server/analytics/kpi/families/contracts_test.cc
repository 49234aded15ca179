#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "absl/strings/str_cat.h"
#include "server/analytics/kpi/testing/shop_model.h"

namespace strata::analytics::kpi {
namespace {

const std::vector<std::string> kMovements = {"recurring_new",          "recurring_expansion",
                                             "recurring_contraction",  "recurring_churn",
                                             "recurring_reactivation", "recurring_net_change"};

// The second quarter of 2024 against 31 March.
ShopModel Shop() {
  ShopModel shop;
  shop.Contract("fresh", "2024-05-01", "", 100);  // new
  shop.Contract("up", "2023-01-01", "", 200);     // expansion by 50
  shop.Contract("up", "2024-04-01", "2024-12-31", 50);
  shop.Contract("down", "2023-01-01", "2024-06-29", 300);  // contraction by 60
  shop.Contract("down", "2024-06-30", "", 240);
  shop.Contract("gone", "2023-01-01", "2024-06-29", 80);  // churn
  shop.Contract("back", "2022-01-01", "2023-06-30", 10);  // reactivation
  shop.Contract("back", "2024-06-30", "", 70);
  shop.Contract("same", "2024-03-31", "2024-06-30", 40);   // in force on both days
  shop.Contract("past", "2022-01-01", "2024-03-30", 999);  // gone before the start
  shop.Contract("blip", "2024-04-01", "2024-06-01", 500);  // in force on neither day
  shop.Survey("same", "2024-12-31", SurveyKind::kNps, 5);  // as_of lies behind it all
  return shop;
}

KpiQuery SecondQuarter(const image::RevisionPtr& revision, std::vector<std::string> kpis,
                       std::vector<std::string> group_by = {}) {
  return QueryOf(revision, std::move(kpis), std::move(group_by), "", "2024-04-01", "2024-06-30");
}

TEST(ContractsTest, ValueInForceOnTheLastDay) {
  const auto revision = Shop().Build();
  // fresh 100, up 250, down 240, back 70, same 40.
  EXPECT_EQ(Answer(SecondQuarter(revision, {"contract_value"})), "700");
  EXPECT_EQ(
      Answer(QueryOf(revision, {"contract_value"}, {"month"}, "", "2024-04-01", "2024-07-31")),
      "2024-04: 1170\n"  // up 250, down 300, gone 80, same 40, blip 500
      "2024-05: 1270\n"  // and fresh
      "2024-06: 700\n"
      "2024-07: 660");  // same has ended
}

TEST(ContractsTest, FiveMovementsAddUp) {
  const auto revision = Shop().Build();
  EXPECT_EQ(Answer(SecondQuarter(revision, kMovements)), "100 50 -60 -80 70 80");
  // By month the same money moves at other times: down and back on 30 June.
  EXPECT_EQ(Answer(SecondQuarter(revision, kMovements, {"month"})),
            "2024-04: 500 50 0 0 0 550\n"
            "2024-05: 100 0 0 0 0 100\n"
            "2024-06: 0 0 -60 -580 70 -570");
}

TEST(ContractsTest, Retention) {
  const auto revision = Shop().Build();
  // Start: up 200, down 300, gone 80, same 40 = 620. End of these: 250 + 240 + 0 + 40 = 530; capped
  // 200 + 240 + 40 = 480. One of four is lost.
  EXPECT_EQ(Answer(SecondQuarter(revision, {"nrr", "grr", "logo_churn_rate"})),
            "0.854839 0.774194 0.25");
  // Nobody at the start, though there is a contract at the end.
  EXPECT_EQ(Answer(QueryOf(revision, {"nrr", "grr", "logo_churn_rate"}, {}, "", "2021-01-01",
                           "2022-02-01")),
            "null:zero_denominator null:zero_denominator null:zero_denominator");
  EXPECT_EQ(Answer(QueryOf(revision, {"nrr", "grr", "logo_churn_rate", "recurring_net_change"}, {},
                           "", "2020-01-01", "2020-02-01")),
            "null:no_records null:no_records null:no_records 0");
}

TEST(ContractsTest, StartValueZeroGivesNull) {
  ShopModel shop;
  shop.Contract("free", "2024-01-01", "", 0);
  shop.Contract("free", "2024-02-10", "", 50);
  shop.Survey("free", "2024-12-31", SurveyKind::kNps, 5);
  EXPECT_EQ(Answer(QueryOf(shop.Build(), {"nrr", "grr", "logo_churn_rate", "recurring_expansion"},
                           {}, "", "2024-02-01", "2024-02-29")),
            "null:zero_denominator null:zero_denominator 0 50");
}

// What the movements of a quarter are by each history of one customer: figures by hand.
TEST(ContractsTest, EveryHistoryOfOneCustomer) {
  struct History {
    const char* name;
    std::vector<std::array<std::string, 2>> days;  // start and end of each contract
    std::vector<int64_t> values;
    std::string figures;  // the five movements, their sum, nrr, grr, logo churn
    int grace = 0;
    std::vector<std::string> statuses = {};  // of the contracts; those left out are active
  };
  const std::string nobody = "null:zero_denominator null:zero_denominator null:zero_denominator";
  const History histories[] = {
      {"upgrade",
       {{"2023-01-01", "2024-05-14"}, {"2024-05-15", ""}},
       {100, 130},
       "0 30 0 0 0 30 1.3 1 0"},
      {"downgrade",
       {{"2023-01-01", "2024-05-14"}, {"2024-05-15", ""}},
       {100, 60},
       "0 0 -40 0 0 -40 0.6 0.6 0"},
      {"renewal at the same value",
       {{"2023-01-01", "2024-05-14"}, {"2024-05-15", ""}},
       {100, 100},
       "0 0 0 0 0 0 1 1 0"},
      {"a gap within the quarter is none",
       {{"2023-01-01", "2024-04-10"}, {"2024-06-20", ""}},
       {100, 100},
       "0 0 0 0 0 0 1 1 0"},
      {"a gap that lasts over the end is churn",
       {{"2023-01-01", "2024-06-29"}, {"2024-07-01", ""}},
       {100, 100},
       "0 0 0 -100 0 -100 0 0 1"},
      {"a gap at the start: reactivation",
       {{"2023-01-01", "2024-03-30"}, {"2024-04-01", ""}},
       {100, 90},
       "0 0 0 0 90 90 " + nobody},
      {"a late renewal within the days of grace is neither churn nor reactivation",
       {{"2023-01-01", "2024-06-27"}, {"2024-07-01", ""}},
       {100, 100},
       "0 0 0 0 0 0 1 1 0",
       3},
      {"one day later than the days of grace is churn",
       {{"2023-01-01", "2024-06-26"}, {"2024-07-01", ""}},
       {100, 100},
       "0 0 0 -100 0 -100 0 0 1",
       3},
      {"a gap at the start, within the days of grace: the renewal contracts",
       {{"2023-01-01", "2024-03-30"}, {"2024-04-02", ""}},
       {100, 90},
       "0 0 -10 0 0 -10 0.9 0.9 0",
       2},
      {"nobody renewed: the days of grace keep nothing in force",
       {{"2023-01-01", "2024-06-29"}},
       {100},
       "0 0 0 -100 0 -100 0 0 1",
       30},
      {"a renewal that as_of has not seen is none",
       {{"2023-01-01", "2024-06-29"}, {"2025-01-02", ""}},
       {100, 100},
       "0 0 0 -100 0 -100 0 0 1",
       366},
      {"two contracts end and one goes on for both",
       {{"2023-01-01", "2024-06-28"}, {"2023-01-01", "2024-06-29"}, {"2024-07-02", ""}},
       {100, 50, 120},
       "0 0 0 0 0 0 1 1 0",
       5},
      {"the first to start renews, later ones do not reach back",
       {{"2023-01-01", "2024-05-01"}, {"2024-05-10", "2024-05-20"}, {"2024-06-30", ""}},
       {100, 10, 70},
       "0 0 -30 0 0 -30 0.7 0.7 0",
       30},
      {"a cancelled contract never was in force",
       {{"2023-01-01", ""}},
       {200},
       "0 0 0 0 0 0 null:no_records null:no_records null:no_records",
       30,
       {"Cancelled "}},
      {"nor does it renew",
       {{"2023-01-01", "2024-06-29"}, {"2024-07-01", ""}},
       {100, 100},
       "0 0 0 -100 0 -100 0 0 1",
       30,
       {"active", "VOID"}},
      {"nor was it a contract before: new, not reactivated",
       {{"2022-01-01", "2022-12-31"}, {"2024-05-01", ""}},
       {100, 100},
       "100 0 0 0 0 100 " + nobody,
       30,
       {"voided", "terminated"}},
      {"ends on the last day: still there",
       {{"2023-01-01", "2024-06-30"}},
       {100},
       "0 0 0 0 0 0 1 1 0"},
      {"starts on the last day: new",
       {{"2024-06-30", "2024-06-30"}},
       {100},
       "100 0 0 0 0 100 " + nobody},
      {"in force on the day before the start only",
       {{"2024-03-31", "2024-03-31"}},
       {100},
       "0 0 0 -100 0 -100 0 0 1"},
      {"overlapping: both count",
       {{"2023-01-01", ""}, {"2023-06-01", "2024-06-30"}},
       {100, 50},
       "0 0 0 0 0 0 1 1 0"},
      {"one of two overlapping ends: contraction",
       {{"2023-01-01", ""}, {"2023-06-01", "2024-05-31"}},
       {100, 50},
       "0 0 -50 0 0 -50 0.666667 0.666667 0"},
      {"one ends, a dearer one begins: expansion",
       {{"2023-01-01", "2024-05-31"}, {"2024-05-01", ""}, {"2022-01-01", ""}},
       {100, 170, 30},
       "0 70 0 0 0 70 1.53846 1 0"},
      {"open-ended", {{"2020-01-01", ""}}, {100}, "0 0 0 0 0 0 1 1 0"},
      {"free at the start, paid at the end",
       {{"2023-01-01", "2024-05-31"}, {"2024-06-01", ""}},
       {0, 80},
       "0 80 0 0 0 80 null:zero_denominator null:zero_denominator 0"},
      {"free throughout",
       {{"2023-01-01", ""}},
       {0},
       "0 0 0 0 0 0 null:zero_denominator null:zero_denominator 0"},
      {"free, then gone",
       {{"2023-01-01", "2024-05-31"}},
       {0},
       "0 0 0 0 0 0 null:zero_denominator null:zero_denominator 1"},
      {"begins and ends between the days",
       {{"2024-04-01", "2024-06-29"}},
       {100},
       "0 0 0 0 0 0 null:no_records null:no_records null:no_records"},
      {"begins after the end",
       {{"2024-07-01", ""}},
       {100},
       "0 0 0 0 0 0 null:no_records null:no_records null:no_records"},
  };
  for (const History& history : histories) {
    ShopModel shop;
    for (size_t i = 0; i < history.values.size(); ++i) {
      shop.Contract("one", history.days[i][0], history.days[i][1], history.values[i]);
      if (i < history.statuses.size()) shop.contracts.back().status = history.statuses[i];
    }
    shop.settings.contract_grace_days = history.grace;
    shop.Survey("one", "2024-12-31", SurveyKind::kNps, 5);
    std::vector<std::string> kpis = kMovements;
    kpis.insert(kpis.end(), {"nrr", "grr", "logo_churn_rate"});
    EXPECT_EQ(Answer(QueryOf(shop.Build(), kpis, {}, "", "2024-04-01", "2024-06-30", "2024-12-31")),
              history.figures)
        << history.name;
  }
}

int64_t UnitsOf(const fields::Value& value) { return std::get<Amount>(value).units; }

// Histories at random: as many contracts of a customer as may be, gaps, overlaps, values of 0,
// starts and ends on the very days that are compared. What each movement is must be the change of a
// customer's value summed up day by day from the records; and whatever the period, the five add up.
TEST(ContractsTest, FiveMovementsAddUpInEveryRandomHistory) {
  int with_all_five = 0;
  for (uint32_t seed = 1; seed <= 150; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](int limit) {
      return std::uniform_int_distribution<int>(0, limit - 1)(random);
    };
    ShopModel shop;
    shop.settings.contract_grace_days = below(3) * 20;
    const Day first = *ParseDay("2023-01-01");
    const int customers = 1 + below(90);
    for (int i = 0; i < customers; ++i) {
      Day start = first + below(300);
      for (int contracts = below(5); contracts > 0; --contracts) {
        const Day end = start + below(200);
        shop.Contract(absl::StrCat("c", i), FormatDay(start), below(6) == 0 ? "" : FormatDay(end),
                      below(4) * 100);
        start = below(3) == 0 ? start + below(60) : end + 1 + below(3) * below(40);
      }
    }
    const Day as_of = *ParseDay("2025-06-30");
    shop.Survey("c0", "2025-06-30", SurveyKind::kNps, 5);
    const image::RevisionPtr revision = shop.Build();
    const Day from = first + below(500), to = from + below(400);
    for (const char* field : {"", "month", "quarter", "customer"}) {
      std::vector<std::string> group_by;
      if (field[0] != 0) group_by.push_back(field);
      const auto answer = QueryKpis(QueryOf(revision, kMovements, group_by, "", FormatDay(from),
                                            FormatDay(to), FormatDay(as_of)));
      ASSERT_TRUE(answer.ok()) << answer.status();
      int64_t net = 0;
      for (const KpiTable::Row& row : answer->table.rows) {
        int64_t sum = 0, kinds = 0;
        for (size_t i = 0; i < 5; ++i) {
          sum += UnitsOf(row.cells[i].value);
          kinds += UnitsOf(row.cells[i].value) != 0;
        }
        ASSERT_EQ(sum, UnitsOf(row.cells[5].value)) << "seed " << seed << " by " << field;
        EXPECT_GE(UnitsOf(row.cells[0].value), 0);
        EXPECT_GE(UnitsOf(row.cells[1].value), 0);
        EXPECT_LE(UnitsOf(row.cells[2].value), 0);
        EXPECT_LE(UnitsOf(row.cells[3].value), 0);
        EXPECT_GE(UnitsOf(row.cells[4].value), 0);
        net += sum;
        with_all_five += kinds == 5;
      }
      // From the records: value in force at the end less value in force before the start.
      int64_t change = 0;
      for (const ShopModel::ContractRow& contract : shop.contracts) {
        Day next = kNoDay;  // the first day of the customer's next contract that as_of has seen
        for (const ShopModel::ContractRow& other : shop.contracts) {
          if (other.customer != contract.customer || contract.end == kNoDay) continue;
          if (other.start <= contract.end || other.start > as_of) continue;
          next = next == kNoDay ? other.start : std::min(next, other.start);
        }
        const bool goes_on =
            next != kNoDay && next - contract.end - 1 <= shop.settings.contract_grace_days;
        const Day until = goes_on ? next - 1 : contract.end;
        const auto in_force = [&](Day day) {
          return contract.start <= day && (contract.end == kNoDay || until >= day);
        };
        change += contract.annual_value / kMicrosAUnit * (in_force(to) - in_force(from - 1));
      }
      ASSERT_EQ(net, change) << "seed " << seed << " by " << field;
    }
  }
  EXPECT_GT(with_all_five, 20);
}

TEST(ContractsTest, DaysAfterAsOfAreNotSeen) {
  const auto revision = Shop().Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"contract_value", "recurring_net_change"}, {}, "",
                           "2024-04-01", "2024-06-30", "2024-05-31")),
            "1270 650");
  // A contract whose end lies in the future is in force.
  EXPECT_EQ(Answer(QueryOf(revision, {"contract_value"}, {"month"}, "", "2024-04-01", "2024-12-31",
                           "2024-04-10")),
            "2024-04: 1170");
}

TEST(ContractsTest, RecordsAddUp) {
  const auto answer = *QueryKpis(SecondQuarter(Shop().Build(), {"contract_value"}));
  EXPECT_EQ(answer.info.records_used, 6);
  ASSERT_EQ(answer.info.left_out.size(), 1u);
  EXPECT_EQ(answer.info.left_out[0].reason, "contracts not in force on the last day");
  EXPECT_EQ(answer.info.left_out[0].records, 5);
}

TEST(ContractsTest, PeriodsGroupButDoNotFilter) {
  const auto revision = Shop().Build();
  EXPECT_THAT(Answer(QueryOf(revision, {"contract_value"}, {}, "month = \"2024-01\"")),
              ::testing::HasSubstr("\"contract_value\" cannot be filtered by \"month\""));
  EXPECT_THAT(Answer(QueryOf(revision, {"nrr"}, {"weekday"})),
              ::testing::HasSubstr("group_by[0]: \"nrr\" cannot be grouped by \"weekday\""));
}

}  // namespace
}  // namespace strata::analytics::kpi
