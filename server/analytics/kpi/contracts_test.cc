#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/analytics/kpi/shop_model.h"

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
              ::testing::HasSubstr("kpis[0] \"contract_value\" cannot be filtered by \"month\""));
  EXPECT_THAT(
      Answer(QueryOf(revision, {"nrr"}, {"weekday"})),
      ::testing::HasSubstr("group_by[0]: kpis[0] \"nrr\" cannot be grouped by \"weekday\""));
}

}  // namespace
}  // namespace strata::analytics::kpi
