// Support, interventions and signals as a client sees them.
#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/testing/server_fixture.h"
#include "strata/v1/insight_service.grpc.pb.h"

namespace strata::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int64_t kDay = 86'400;
constexpr int64_t kFirst = 1'704'067'200;  // 2024-01-01

class InsightActionTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    Start();
    stub_ = v1::InsightService::NewStub(channel_);
  }

  template <typename Request, typename Response>
  grpc::Status Ask(grpc::Status (v1::InsightService::Stub::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                   Request request, Response* response) {
    request.mutable_scope()->set_workspace("sales");
    grpc::ClientContext context;
    return (stub_.get()->*method)(&context, request, response);
  }

  // Twelve customers c10.. with a weekly order and a monthly ticket over 2024; the first three are
  // large, and c10 is answered late and misses every SLA.
  void Fill() {
    v1::BatchAppendRecordsRequest request;
    request.set_workspace("sales");
    request.set_request_id(std::string(kRequestId) + "00");
    for (int c = 0; c < 12; ++c) {
      const std::string id = absl::StrCat("c", 10 + c);
      v1::Customer& customer = *request.add_records()->mutable_customer();
      customer.set_id(id);
      if (c != 1) customer.set_account_owner("Kim");
      for (int week = 0; week < 52; ++week) {
        v1::Order& order = *request.add_records()->mutable_order();
        order.set_id(absl::StrCat(id, "-", week));
        order.set_customer(id);
        order.set_status("shipped");
        order.mutable_order_time()->set_seconds(kFirst + week * 7 * kDay);
        order.add_lines()->set_amount_micros((c < 3 ? 1'000 : 10 + c) * int64_t{1'000'000});
      }
      for (int month = 0; month < 11; ++month) AddTicket(id, c == 0, month, &request);
    }
    AddContract("c10", "2025-01-15", true, &request);
    AddContract("c11", "2025-02-20", false, &request);
    AddContract("c12", "2025-09-01", false, &request);
    v1::BatchAppendRecordsResponse response;
    const grpc::Status status = Append(request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    ASSERT_EQ(response.counts().rejected(), 0);
  }

  static void AddTicket(const std::string& customer, bool bad, int month,
                        v1::BatchAppendRecordsRequest* request) {
    v1::Ticket& ticket = *request->add_records()->mutable_ticket();
    const int64_t opened = kFirst + month * 30 * kDay;
    ticket.set_id(absl::StrCat(customer, "-t", month));
    ticket.set_customer(customer);
    ticket.set_status(v1::TICKET_STATUS_RESOLVED);
    ticket.mutable_opened_time()->set_seconds(opened);
    ticket.mutable_first_response_time()->set_seconds(opened + (bad ? 20 : 2) * 3'600 + month);
    ticket.mutable_sla_due_time()->set_seconds(opened + kDay);
    ticket.mutable_resolved_time()->set_seconds(opened + (bad ? 40 : 10) * 3'600);
  }

  static void AddContract(const std::string& customer, const std::string& end, bool auto_renew,
                          v1::BatchAppendRecordsRequest* request) {
    v1::Contract& contract = *request->add_records()->mutable_contract();
    contract.set_id(customer + "-k");
    contract.set_customer(customer);
    contract.set_start_date("2024-01-01");
    contract.set_end_date(end);
    contract.set_annual_value_micros(200'000 * int64_t{1'000'000});
    contract.set_auto_renew(auto_renew);
  }

  // The field that an error names.
  template <typename Request, typename Response>
  std::string Fault(grpc::Status (v1::InsightService::Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                    const Request& request) {
    Response response;
    const grpc::Status status = Ask(method, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
    const ErrorOf error(status);
    return error.fields.empty() ? "" : error.fields[0];
  }

  std::unique_ptr<v1::InsightService::Stub> stub_;
};

TEST_F(InsightActionTest, TheNeglectedAccountIsNamedWithItsReasons) {
  Fill();
  v1::AssessSupportRequest request;
  request.set_top_share(0.25);
  v1::AssessSupportResponse response;
  ASSERT_TRUE(Ask(&v1::InsightService::Stub::AssessSupport, request, &response).ok());
  EXPECT_EQ(response.high_customers(), 3);
  ASSERT_EQ(response.measures_size(), 6);
  EXPECT_DOUBLE_EQ(response.measures(1).high().number(), 22.0 / 33);  // SLA met by two of three
  EXPECT_DOUBLE_EQ(response.measures(1).rest().number(), 1);
  EXPECT_EQ(response.measures(1).verdict(), "not enough data");  // of three customers
  ASSERT_EQ(response.neglected_size(), 1);
  EXPECT_EQ(response.neglected(0).customer(), "c10");
  EXPECT_EQ(response.neglected(0).account_owner(), "Kim");
  EXPECT_EQ(response.neglected(0).revenue().units(), 52'000);
  EXPECT_THAT(response.neglected(0).reasons(0), HasSubstr("SLA missed in 11 of 11 tickets (100%"));
  ASSERT_EQ(response.tiers_size(), 3);
  EXPECT_EQ(response.tiers(0).tier(), "strategic");
  EXPECT_EQ(response.tiers(0).response_target_hours(), 4);
}

TEST_F(InsightActionTest, TheQueueGoesByContractValueWhereItIsHigher) {
  Fill();
  v1::RankInterventionsResponse response, again;
  ASSERT_TRUE(
      Ask(&v1::InsightService::Stub::RankInterventions, v1::RankInterventionsRequest(), &response)
          .ok());
  ASSERT_EQ(response.interventions_size(), 12);
  for (const v1::Intervention& one : response.interventions()) {
    const bool contract = one.customer() < "c13";
    EXPECT_EQ(one.revenue().units() == 200'000, contract) << one.customer();
    EXPECT_EQ(one.renewal_date().empty(), !contract);
    const std::string begins = one.customer() == "c11"   ? "name an account owner; open the renewal"
                               : one.customer() == "c10" ? "confirm the renewal before 2025-01-15"
                                                         : "";
    EXPECT_THAT(one.action(), StartsWith(begins)) << one.customer();
  }
  EXPECT_EQ(response.covered(), 1);
  EXPECT_EQ(response.model().kind(), "scorecard");
  EXPECT_FALSE(response.coverage().sufficient());
  ASSERT_TRUE(
      Ask(&v1::InsightService::Stub::RankInterventions, v1::RankInterventionsRequest(), &again)
          .ok());
  EXPECT_EQ(response.SerializeAsString(), again.SerializeAsString());
}

TEST_F(InsightActionTest, SignalsOfOneKind) {
  Fill();
  v1::ListSignalsRequest request;
  request.add_kinds(v1::SIGNAL_KIND_RENEWAL);
  v1::ListSignalsResponse response;
  ASSERT_TRUE(Ask(&v1::InsightService::Stub::ListSignals, request, &response).ok());
  std::vector<std::string> found;
  for (const v1::Signal& signal : response.signals()) {
    found.push_back(absl::StrCat(signal.customer(), " ", signal.date(), " ", signal.type()));
  }
  EXPECT_THAT(found, ElementsAre("c10 2025-01-15 renews by itself", "c11 2025-02-20 renewal"));
  EXPECT_EQ(response.signals(0).evidence(0).value().money().units(), 200'000);
  EXPECT_EQ(response.tests(), 0);
  ASSERT_EQ(response.families_size(), 1);
  EXPECT_EQ(response.families(0).kind(), v1::SIGNAL_KIND_RENEWAL);
  EXPECT_EQ(response.families(0).found(), 2);
  EXPECT_EQ(response.families(0).listed(), 2);
  EXPECT_EQ(response.families(0).false_discovery_rate(), 0);  // a fact, no test

  request.set_kinds(0, v1::SIGNAL_KIND_UNOWNED);
  ASSERT_TRUE(Ask(&v1::InsightService::Stub::ListSignals, request, &response).ok());
  ASSERT_EQ(response.signals_size(), 1);  // floor(0.2 * 12) = 2 are strategic, by revenue and id
  EXPECT_EQ(response.signals(0).customer(), "c11");
}

TEST_F(InsightActionTest, EachKindSaysHowManyWereTestedAtWhichRate) {
  Fill();
  v1::ListSignalsRequest request;
  request.set_false_discovery_rate(0.2);
  v1::ListSignalsResponse response;
  ASSERT_TRUE(Ask(&v1::InsightService::Stub::ListSignals, request, &response).ok());
  std::vector<v1::SignalKind> kinds;
  int64_t tests = 0;
  for (const v1::SignalFamily& family : response.families()) {
    kinds.push_back(family.kind());
    tests += family.tested();
    EXPECT_FALSE(family.rule().empty());
    const bool fact =
        family.kind() == v1::SIGNAL_KIND_RENEWAL || family.kind() == v1::SIGNAL_KIND_UNOWNED;
    EXPECT_EQ(family.false_discovery_rate(), fact ? 0 : 0.2);
    EXPECT_EQ(family.listed(),
              std::count_if(response.signals().begin(), response.signals().end(),
                            [&](const v1::Signal& one) { return one.kind() == family.kind(); }));
  }
  EXPECT_THAT(kinds, ElementsAre(v1::SIGNAL_KIND_EARLY_WARNING, v1::SIGNAL_KIND_EMERGING,
                                 v1::SIGNAL_KIND_NEW, v1::SIGNAL_KIND_LOST, v1::SIGNAL_KIND_RENEWAL,
                                 v1::SIGNAL_KIND_UNOWNED));
  EXPECT_EQ(response.tests(), tests);
  EXPECT_THAT(response.families(3).rule(), HasSubstr("more than 180 days"));
}

TEST_F(InsightActionTest, AnEmptyWorkspaceSaysWhy) {
  v1::AssessSupportResponse support;
  ASSERT_TRUE(
      Ask(&v1::InsightService::Stub::AssessSupport, v1::AssessSupportRequest(), &support).ok());
  EXPECT_FALSE(support.coverage().sufficient());
  EXPECT_FALSE(support.adequate());
  v1::RankInterventionsResponse queue;
  ASSERT_TRUE(
      Ask(&v1::InsightService::Stub::RankInterventions, v1::RankInterventionsRequest(), &queue)
          .ok());
  EXPECT_FALSE(queue.coverage().sufficient());
  v1::ListSignalsResponse signals;
  ASSERT_TRUE(Ask(&v1::InsightService::Stub::ListSignals, v1::ListSignalsRequest(), &signals).ok());
  EXPECT_FALSE(signals.coverage().sufficient());
  EXPECT_EQ(signals.signals_size(), 0);
}

TEST_F(InsightActionTest, BadRequestsNameTheField) {
  v1::ListSignalsRequest signals;
  signals.set_false_discovery_rate(-0.1);
  EXPECT_EQ(Fault(&v1::InsightService::Stub::ListSignals, signals), "false_discovery_rate");
  signals.Clear();
  signals.add_kinds(static_cast<v1::SignalKind>(99));
  EXPECT_EQ(Fault(&v1::InsightService::Stub::ListSignals, signals), "kinds");
  v1::RankInterventionsRequest queue;
  queue.set_limit(1'001);
  EXPECT_EQ(Fault(&v1::InsightService::Stub::RankInterventions, queue), "limit");
  v1::AssessSupportRequest support;
  support.set_top_share(1.5);
  EXPECT_EQ(Fault(&v1::InsightService::Stub::AssessSupport, support), "top_share");
  support.Clear();
  support.mutable_scope()->set_filter("status = \"shipped\"");
  EXPECT_EQ(Fault(&v1::InsightService::Stub::AssessSupport, support), "scope.filter");
}

}  // namespace
}  // namespace strata::rpc
