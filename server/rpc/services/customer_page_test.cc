// GetCustomer with everything computed, over a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "server/domain/day.h"
#include "server/rpc/testing/server_fixture.h"

namespace strata::rpc {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// An id that filters must quote.
constexpr char kOdd[] = "c\"1*\\";

void SetTime(absl::string_view day, int hour, google::protobuf::Timestamp* time) {
  time->set_seconds(int64_t{*ParseDay(day)} * 86'400 + hour * 3'600);
}

class CustomerPageTest : public ServerTest {
 protected:
  // c1 with an order of each of 1 and 2 units, c2 with 7 of 1, the odd one with one of 5; c1's
  // tickets, contracts and surveys.
  void SetUp() override {
    ServerTest::SetUp();
    Start();
    AddOrder("o1", "c1", "2024-10-05", 1);
    AddOrder("o2", "c1", "2024-12-01", 2);
    for (int i = 0; i < 7; ++i) AddOrder(absl::StrCat("p", i), "c2", "2024-11-11", 1);
    AddOrder("q1", kOdd, "2024-12-02", 5);
    v1::Ticket& first = AddTicket("t1", "2024-12-01");
    SetTime("2024-12-01", 14, first.mutable_first_response_time());
    SetTime("2024-12-05", 9, first.mutable_escalated_time());
    SetTime("2024-12-02", 12, first.mutable_sla_due_time());
    SetTime("2024-12-10", 12, first.mutable_resolved_time());
    first.set_status(v1::TICKET_STATUS_RESOLVED);
    first.set_csat(2);
    first.set_priority("high");
    v1::Ticket& later = AddTicket("t2", "2024-12-20");
    SetTime("2024-12-22", 10, later.mutable_first_response_time());
    AddTicket("t3", "2024-11-30").set_status(v1::TICKET_STATUS_CANCELLED);
    AddContract("k1", "2024-01-01", "2024-12-15", 1'200);
    AddContract("k2", "2024-12-16", "", 900);
    AddSurvey("s1", "2024-11-01", v1::SURVEY_KIND_NPS, 9);
    AddSurvey("s2", "2024-12-24", v1::SURVEY_KIND_CSAT, 1);
    append_.set_workspace("sales");
    append_.set_request_id(absl::StrCat(kRequestId, "01"));
    v1::BatchAppendRecordsResponse appended;
    const grpc::Status status = Append(append_, &appended);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  void AddOrder(const std::string& id, const std::string& customer, absl::string_view day,
                int64_t units) {
    v1::Order& order = *append_.add_records()->mutable_order();
    order.set_id(id);
    order.set_customer(customer);
    order.set_status("shipped");
    SetTime(day, 8, order.mutable_order_time());
    order.add_lines()->set_amount_micros(units * 1'000'000);
  }
  v1::Ticket& AddTicket(const std::string& id, absl::string_view day) {
    v1::Ticket& ticket = *append_.add_records()->mutable_ticket();
    ticket.set_id(id);
    ticket.set_customer("c1");
    SetTime(day, 12, ticket.mutable_opened_time());
    return ticket;
  }
  void AddContract(const char* id, const char* start, const char* end, int64_t units) {
    v1::Contract& contract = *append_.add_records()->mutable_contract();
    contract.set_id(id);
    contract.set_customer("c1");
    contract.set_start_date(start);
    contract.set_end_date(end);
    contract.set_annual_value_micros(units * 1'000'000);
  }
  void AddSurvey(const char* id, absl::string_view day, v1::SurveyKind kind, int score) {
    v1::Survey& survey = *append_.add_records()->mutable_survey();
    survey.set_id(id);
    survey.set_customer("c1");
    SetTime(day, 12, survey.mutable_time());
    survey.set_kind(kind);
    survey.set_score(score);
  }

  static v1::GetCustomerRequest Request(const std::string& customer, const std::string& as_of) {
    v1::GetCustomerRequest request;
    request.mutable_scope()->set_workspace("sales");
    request.mutable_scope()->set_as_of(as_of);
    request.set_customer(customer);
    request.set_view(v1::CUSTOMER_VIEW_FULL);
    return request;
  }
  grpc::Status Get(const v1::GetCustomerRequest& request, v1::GetCustomerResponse* response) {
    grpc::ClientContext context;
    return customers_->GetCustomer(&context, request, response);
  }
  v1::GetCustomerResponse Page(const std::string& customer, const std::string& as_of) {
    v1::GetCustomerResponse response;
    const grpc::Status status = Get(Request(customer, as_of), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  v1::BatchAppendRecordsRequest append_;
};

template <typename Records>
std::vector<std::string> IdsOf(const Records& records) {
  std::vector<std::string> ids;
  for (const auto& record : records) ids.push_back(record.id());
  return ids;
}

v1::KpiStanding StandingIn(const v1::GetCustomerResponse& page, const std::string& kpi) {
  for (const v1::KpiStanding& standing : page.kpis()) {
    if (standing.kpi() == kpi) return standing;
  }
  ADD_FAILURE() << "no standing in " << kpi;
  return {};
}

v1::Value FeatureIn(const v1::GetCustomerResponse& page, const std::string& field) {
  for (const v1::FieldValue& feature : page.features()) {
    if (feature.field() == field) return feature.value();
  }
  ADD_FAILURE() << "no feature " << field;
  return {};
}

TEST_F(CustomerPageTest, TicketsAreWhatWasKnown) {
  const v1::GetCustomerResponse before = Page("c1", "2024-12-01");
  EXPECT_THAT(IdsOf(before.tickets()), ElementsAre("t1", "t3"));
  EXPECT_EQ(before.total_tickets(), 2);
  const v1::Ticket& open = before.tickets(0);
  EXPECT_EQ(open.status(), v1::TICKET_STATUS_OPEN);
  EXPECT_TRUE(open.has_first_response_time());
  EXPECT_FALSE(open.has_resolved_time());
  EXPECT_FALSE(open.has_escalated_time());
  EXPECT_FALSE(open.has_csat());
  EXPECT_EQ(before.tickets(1).status(), v1::TICKET_STATUS_CANCELLED);
  // Not due yet, so the SLA is neither met nor breached; past due and open it is breached.
  EXPECT_EQ(StandingIn(before, "sla_compliance").value().null(), v1::NULL_REASON_NO_RECORDS);
  EXPECT_EQ(StandingIn(before, "sla_compliance").rank(), 0);
  const v1::GetCustomerResponse due = Page("c1", "2024-12-02");
  EXPECT_EQ(StandingIn(due, "sla_compliance").value().number(), 0);
  EXPECT_EQ(due.tickets(0).status(), v1::TICKET_STATUS_OPEN);
  EXPECT_EQ(StandingIn(due, "csat").value().null(), v1::NULL_REASON_NO_RECORDS);

  const v1::GetCustomerResponse after = Page("c1", "2024-12-10");
  EXPECT_EQ(after.tickets(0).status(), v1::TICKET_STATUS_RESOLVED);
  EXPECT_EQ(after.tickets(0).csat(), 2);
  EXPECT_TRUE(after.tickets(0).has_escalated_time());
  EXPECT_EQ(StandingIn(after, "csat").value().number(), 0);
  EXPECT_EQ(StandingIn(after, "csat").value().sample_size(), 1);

  const v1::GetCustomerResponse last = Page("c1", "2024-12-21");
  EXPECT_THAT(IdsOf(last.tickets()), ElementsAre("t2", "t1", "t3"));
  EXPECT_FALSE(last.tickets(0).has_first_response_time());
  v1::GetCustomerRequest one = Request("c1", "2024-12-21");
  one.set_tickets(1);
  v1::GetCustomerResponse answer;
  ASSERT_TRUE(Get(one, &answer).ok());
  EXPECT_THAT(IdsOf(answer.tickets()), ElementsAre("t2"));
  EXPECT_EQ(answer.total_tickets(), 3);
}

TEST_F(CustomerPageTest, ContractsAndSurveysThatLieAheadAreNotSeen) {
  const v1::GetCustomerResponse before = Page("c1", "2024-12-15");
  EXPECT_THAT(IdsOf(before.contracts()), ElementsAre("k1"));
  EXPECT_EQ(before.contracts(0).end_date(), "2024-12-15");
  EXPECT_EQ(StandingIn(before, "contract_value").value().money().units(), 1'200);
  EXPECT_THAT(IdsOf(before.surveys()), ElementsAre("s1"));
  const v1::GetCustomerResponse after = Page("c1", "2024-12-31");
  EXPECT_THAT(IdsOf(after.contracts()), ElementsAre("k2", "k1"));
  EXPECT_EQ(StandingIn(after, "contract_value").value().money().units(), 900);
  EXPECT_THAT(IdsOf(after.surveys()), ElementsAre("s2", "s1"));
  EXPECT_EQ(after.surveys(0).score(), 1);
}

TEST_F(CustomerPageTest, StandsAmongAllCustomers) {
  const v1::GetCustomerResponse page = Page("c1", "2024-12-31");
  const v1::KpiStanding revenue = StandingIn(page, "revenue");
  EXPECT_EQ(revenue.value().money().units(), 3);
  EXPECT_EQ(revenue.unit(), "currency");
  EXPECT_EQ(revenue.rank(), 3);
  EXPECT_EQ(revenue.of(), 3);
  EXPECT_EQ(revenue.median().money().units(), 5);
  const v1::KpiStanding orders = StandingIn(Page(kOdd, "2024-12-31"), "orders");
  EXPECT_EQ(orders.value().integer(), 1);
  EXPECT_EQ(orders.rank(), 3);
  EXPECT_EQ(orders.median().number(), 2);
  // On the 1st of December the odd one has not come yet.
  EXPECT_EQ(StandingIn(Page("c1", "2024-12-01"), "revenue").of(), 2);
  const v1::GetCustomerResponse early = Page(kOdd, "2024-12-01");
  EXPECT_THAT(early.meta().notes(), Contains(HasSubstr("does not exist yet")));
  EXPECT_THAT(page.meta().notes(), Not(Contains(HasSubstr("does not exist yet"))));
}

TEST_F(CustomerPageTest, HealthAndRiskAreThoseOfTheFields) {
  const v1::GetCustomerResponse page = Page("c1", "2024-12-31");
  EXPECT_EQ(page.health().components_size(), 8);
  EXPECT_EQ(FeatureIn(page, "health").number(), page.health().score().number());
  EXPECT_GT(page.health().coverage(), 0.5);
  EXPECT_TRUE(page.has_risk());
  EXPECT_EQ(FeatureIn(page, "escalation_risk").number(), page.risk().risk());
  EXPECT_EQ(page.risk_model().kind(), "scorecard");
  EXPECT_EQ(page.risk().drivers_size(), 5);
  EXPECT_EQ(page.risk().revenue_365d().units(), 3);
  v1::ListCustomersRequest list;
  list.mutable_scope()->set_workspace("sales");
  list.mutable_scope()->set_as_of("2024-12-31");
  list.mutable_scope()->set_filter("health > 0 AND escalation_risk > 0");
  list.add_fields("health");
  list.add_fields("escalation_risk");
  list.set_order_by("health desc");
  v1::ListCustomersResponse listed;
  grpc::ClientContext context;
  const grpc::Status status = customers_->ListCustomers(&context, list, &listed);
  ASSERT_TRUE(status.ok()) << status.error_message();
  // c2 ordered seven times on one day and has been silent for fifty.
  ASSERT_EQ(listed.total(), 2);
  EXPECT_EQ(listed.customers(0).customer(), kOdd);
  for (const v1::CustomerRow& row : listed.customers()) {
    if (row.customer() != "c1") continue;
    EXPECT_EQ(row.values(0).number(), page.health().score().number());
    EXPECT_EQ(row.values(1).number(), page.risk().risk());
  }
  // Long after the last order and ticket: not active.
  const v1::GetCustomerResponse silent = Page("c2", "2026-12-31");
  EXPECT_FALSE(silent.has_risk());
  EXPECT_EQ(FeatureIn(silent, "escalation_risk").null(), v1::NULL_REASON_UNKNOWN);
  EXPECT_EQ(silent.health().score().number(), 0);  // recency is all that is known
}

TEST_F(CustomerPageTest, MonthsHaveNoGapsAndATotal) {
  v1::GetCustomerRequest request = Request(kOdd, "2024-12-15");
  request.set_months(3);
  v1::GetCustomerResponse page;
  const grpc::Status status = Get(request, &page);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(page.customer().id(), kOdd);
  std::vector<std::string> rows;
  for (const v1::KpiRow& row : page.months().rows()) {
    rows.push_back(absl::StrCat(row.keys(0).text(), " ", row.values(0).money().units(),
                                row.complete() ? "" : " so far"));
  }
  EXPECT_THAT(rows, ElementsAre("2024-10 0", "2024-11 0", "2024-12 5 so far"));
  EXPECT_EQ(page.months().columns(0).id(), "revenue");
  EXPECT_EQ(page.months().totals().values(0).money().units(), 5);
  EXPECT_EQ(Page("c1", "2024-12-31").months().rows_size(), 12);
}

TEST_F(CustomerPageTest, TimelineIsLatestFirst) {
  std::vector<std::string> events;
  const v1::GetCustomerResponse page = Page("c1", "2024-12-16");
  for (const v1::TimelineEvent& event : page.timeline()) {
    events.push_back(absl::StrJoin({event.date(), event.event(), event.id()}, " "));
  }
  EXPECT_THAT(events, ElementsAre("2024-12-16 contract starts k2", "2024-12-15 contract ends k1",
                                  "2024-12-10 ticket resolved t1", "2024-12-05 ticket escalated t1",
                                  "2024-12-01 ticket opened t1", "2024-12-01 order o2",
                                  "2024-11-30 ticket opened t3", "2024-11-01 survey s1",
                                  "2024-10-05 order o1", "2024-01-01 contract starts k1"));
  EXPECT_EQ(page.timeline(5).amount().units(), 2);
  EXPECT_EQ(page.timeline(2).detail(), "after 9.0 days, 8.0 days late, rated 2 of 5");
  v1::GetCustomerRequest request = Request("c1", "2024-12-09");
  request.set_timeline(1);
  v1::GetCustomerResponse response;
  ASSERT_TRUE(Get(request, &response).ok());
  ASSERT_EQ(response.timeline_size(), 1);
  EXPECT_EQ(response.timeline(0).event(), "ticket escalated");
}

TEST_F(CustomerPageTest, TheRecordAloneIsAllThatIsAskedFor) {
  v1::GetCustomerRequest request = Request("c1", "");
  request.set_view(v1::CUSTOMER_VIEW_RECORD);
  v1::GetCustomerResponse response;
  ASSERT_TRUE(Get(request, &response).ok());
  EXPECT_EQ(response.customer().id(), "c1");
  EXPECT_TRUE(response.placeholder());
  EXPECT_EQ(response.features_size() + response.kpis_size() + response.orders_size() +
                response.timeline_size() + response.months().rows_size(),
            0);
  EXPECT_FALSE(response.has_health());
}

TEST_F(CustomerPageTest, CountsOutOfRangeAreNamed) {
  const auto refused = [&](void (v1::GetCustomerRequest::*set)(int32_t), int32_t value,
                           const char* field) {
    v1::GetCustomerRequest request = Request("c1", "");
    (request.*set)(value);
    v1::GetCustomerResponse response;
    const grpc::Status status = Get(request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << field;
    EXPECT_THAT(ErrorOf(status).fields, ElementsAre(field));
  };
  refused(&v1::GetCustomerRequest::set_orders, -1, "orders");
  refused(&v1::GetCustomerRequest::set_tickets, 1'001, "tickets");
  refused(&v1::GetCustomerRequest::set_timeline, 1'001, "timeline");
  refused(&v1::GetCustomerRequest::set_months, 61, "months");
}

}  // namespace
}  // namespace strata::rpc
