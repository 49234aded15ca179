#include <gtest/gtest.h>

#include "server/analytics/kpi/testing/shop_model.h"

namespace strata::analytics::kpi {
namespace {

TEST(ServiceTest, TicketsByTheDayTheyWereOpened) {
  ShopModel shop;
  shop.Customer("ada", "US");
  shop.Customer("bob", "DE");
  shop.Customer("eve", "DE");
  shop.Ticket("ada", "2024-01-10").escalated = At("2024-02-03");
  shop.Ticket("ada", "2024-02-01").priority = "P1";
  shop.Ticket("bob", "2024-02-02").status = TicketStatus::kCancelled;
  shop.Survey("eve", "2024-03-01", SurveyKind::kNps, 5);  // as_of
  const auto revision = shop.Build();
  const std::vector<std::string> kpis = {"tickets", "escalations", "escalation_rate",
                                         "tickets_per_customer"};
  EXPECT_EQ(Answer(QueryOf(revision, kpis)), "3 1 0.333333 1");
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {"month"})),
            "2024-01: 1 1 1 0.333333\n2024-02: 2 0 0 0.666667");
  // Two customers in DE, one of them without a ticket.
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {"country"})), "DE: 1 0 0 0.5\nUS: 2 1 0.5 2");
  // Without eve, who does not exist before her first event on 1 March.
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {"country", "month"}, "", "", "", "2024-02-10")),
            "DE 2024-02: 1 0 0 1\nUS 2024-01: 1 1 1 1\nUS 2024-02: 1 0 0 1");
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {"priority"})),
            "P1: 1 0 0 0.333333\nnull:unknown: 2 1 0.5 0.666667");
  // The escalation of 3 February is not seen on the 2nd.
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {}, "", "", "", "2024-02-02")), "3 0 0 1.5");
}

TEST(ServiceTest, SlaByExactTimes) {
  ShopModel shop;
  const Millis due = At("2024-01-05", 12);
  const auto ticket = [&](Millis due_time, Millis resolved, TicketStatus status) {
    auto& row = shop.Ticket("ada", "2024-01-01");
    row.due = due_time;
    row.resolved = resolved;
    row.status = status;
  };
  ticket(due, due, TicketStatus::kResolved);               // met
  ticket(due, due + 1, TicketStatus::kResolved);           // breached
  ticket(due, kNoTime, TicketStatus::kOpen);               // breached when due has passed
  ticket(due, kNoTime, TicketStatus::kCancelled);          // out
  ticket(due, kNoTime, TicketStatus::kResolved);           // resolved, but when? out
  ticket(kNoTime, due, TicketStatus::kResolved);           // nothing was promised
  ticket(At("2024-03-01"), kNoTime, TicketStatus::kOpen);  // not due yet
  ticket(due, At("2024-02-01"), TicketStatus::kResolved);  // breached, seen or not
  const auto revision = shop.Build();
  const auto at = [&](absl::string_view as_of) {
    return Answer(QueryOf(revision, {"sla_compliance"}, {}, "", "", "", as_of));
  };
  EXPECT_EQ(at("2024-02-10"), "0.25");
  EXPECT_EQ(at("2024-01-20"), "0.25");
  EXPECT_EQ(at("2024-01-05"), "0.25");  // the day it is due: open ones are past due by its end
  EXPECT_EQ(at("2024-01-04"), "null:no_records");
  EXPECT_EQ(at("2024-03-01"), "0.2");
}

TEST(ServiceTest, MediansOfHours) {
  ShopModel shop;
  const auto ticket = [&](double response, double resolution) {
    auto& row = shop.Ticket("ada", "2024-01-01", 0);
    row.response = At("2024-01-01", response);
    row.resolved = At("2024-01-01", resolution);
  };
  ticket(1, 30);
  ticket(2.5, 10);
  ticket(0.5, 20);
  shop.Ticket("ada", "2024-01-01", 0);
  shop.Survey("ada", "2024-01-31", SurveyKind::kNps, 7);
  const auto revision = shop.Build();
  const std::vector<std::string> kpis = {"median_first_response_hours", "median_resolution_hours"};
  EXPECT_EQ(Answer(QueryOf(revision, kpis)), "1 20");
  // By the end of the first day two are resolved, after 10 and 20 hours.
  EXPECT_EQ(Answer(QueryOf(revision, kpis, {}, "", "", "", "2024-01-01")), "1 15");
}

TEST(ServiceTest, RatingsOfTicketsAndSurveys) {
  ShopModel shop;
  const auto rated = [&](absl::string_view opened, Millis resolved, int csat) {
    auto& row = shop.Ticket("ada", opened);
    row.resolved = resolved;
    row.csat = csat;
  };
  rated("2024-01-30", At("2024-02-02"), 5);  // counts in February
  rated("2024-01-30", At("2024-03-02"), 1);
  rated("2024-01-30", kNoTime, 5);  // never resolved: does not count
  shop.Survey("bob", "2024-02-10", SurveyKind::kCsat, 4);
  shop.Survey("bob", "2024-02-11", SurveyKind::kCsat, 3);
  shop.Survey("bob", "2024-02-11", SurveyKind::kNps, 10);
  const auto revision = shop.Build();
  const KpiQuery query = QueryOf(revision, {"csat"}, {"month"}, "", "", "2024-03-31", "2024-03-31");
  EXPECT_EQ(Answer(query), "2024-02: 0.666667\n2024-03: 0");
  const auto answer = *QueryKpis(query);
  const fields::Cell& february = answer.table.rows[0].cells[0];
  EXPECT_EQ(february.sample_size, 3);
  ASSERT_TRUE(february.interval.has_value());
  EXPECT_EQ(february.interval->method, "wilson");
  // Wilson of 2 of 3: (2 + z2/2 -+ z sqrt(2/3 + z2/4)) / (3 + z2), z2 = 3.841459.
  EXPECT_NEAR(february.interval->low, 0.2076596, 1e-6);
  EXPECT_NEAR(february.interval->high, 0.9385081, 1e-6);
  // On 2 February the ticket's rating is seen, on the 1st it is not.
  EXPECT_EQ(Answer(QueryOf(revision, {"csat"}, {}, "", "2024-01-01", "", "2024-02-02")), "1");
  EXPECT_EQ(Answer(QueryOf(revision, {"csat"}, {}, "", "2024-01-01", "", "2024-02-01")),
            "null:no_records");
}

TEST(ServiceTest, NetPromoterScore) {
  ShopModel shop;
  for (const int score : {10, 9, 9, 8, 7, 6, 0}) {
    shop.Survey("ada", "2024-01-01", SurveyKind::kNps, score);
  }
  shop.Survey("ada", "2024-01-01", SurveyKind::kCsat, 5);
  const auto answer = *QueryKpis(QueryOf(shop.Build(), {"nps"}));
  EXPECT_EQ(TextOf(answer.table), "14.2857");  // 3 promoters less 2 detractors of 7
  EXPECT_EQ(answer.table.rows[0].cells[0].sample_size, 7);
  EXPECT_LT(answer.table.rows[0].cells[0].interval->low, 14);
  EXPECT_EQ(answer.info.records_used, 7);
}

TEST(ServiceTest, ARecordThatSeveralKpisReadIsUsedOnce) {
  ShopModel shop;
  ShopModel::TicketRow& rated = shop.Ticket("ada", "2024-01-05");
  rated.resolved = At("2024-02-03");
  rated.csat = 5;
  ShopModel::TicketRow& old = shop.Ticket("bob", "2023-12-20");  // rated in January
  old.resolved = At("2024-01-02");
  old.csat = 2;
  shop.Ticket("bob", "2024-01-20");
  shop.Survey("ada", "2024-01-10", SurveyKind::kCsat, 4);
  shop.Survey("ada", "2024-01-10", SurveyKind::kNps, 9);
  shop.Contract("ada", "2023-01-01", "2024-01-15", 10);  // in force at the start alone
  shop.Contract("ada", "2024-01-16", "2024-12-31", 20);  // at the end alone
  shop.Contract("bob", "2023-01-01", "2024-12-31", 40);
  shop.Order("ada", "2024-01-07", 5);
  const auto used = [revision = shop.Build()](std::vector<std::string> kpis, absl::string_view to,
                                              std::vector<std::string> by = {}) {
    KpiQuery query = QueryOf(revision, std::move(kpis), std::move(by), "", "2024-01-01", to, to);
    query.scope.classes_at = fields::ClassesAt::kPeriodStart;
    return QueryKpis(query)->info.records_used;
  };
  EXPECT_EQ(used({"tickets"}, "2024-01-31"), 2);
  EXPECT_EQ(used({"csat"}, "2024-01-31"), 2);             // the old ticket and the survey
  EXPECT_EQ(used({"tickets", "csat"}, "2024-01-31"), 4);  // three tickets and the survey
  EXPECT_EQ(used({"tickets", "csat", "escalation_rate"}, "2024-02-29"), 4);
  EXPECT_EQ(used({"tickets", "csat", "nps", "orders"}, "2024-01-31"), 6);
  EXPECT_EQ(used({"contract_value"}, "2024-01-31"), 2);
  EXPECT_EQ(used({"nrr"}, "2024-01-31"), 3);
  EXPECT_EQ(used({"contract_value", "nrr", "logo_churn_rate"}, "2024-01-31"), 3);
  // Of each month by itself, with the classes of its start.
  EXPECT_EQ(used({"contract_value", "nrr"}, "2024-03-31", {"month", "tier"}), 3);
}

}  // namespace
}  // namespace strata::analytics::kpi
