#include "strata/internal/channel_connection.h"

#include <regex>
#include <thread>

#include "client/src/test_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/error.h"
#include "strata/mocks/mock_connection.h"

namespace strata {
namespace {

using internal::TestServer;
using ::testing::Field;
using ::testing::Property;
using ::testing::Return;

ClientOptions WithoutPauses() {
  ClientOptions options;
  options.retry_environment.sleep = [](absl::Duration) {};
  return options;
}

v1::BatchAppendRecordsRequest TwoRecords() {
  v1::BatchAppendRecordsRequest request;
  request.add_records()->mutable_order()->set_id("1");
  request.add_records()->mutable_order()->set_id("2");
  return request;
}

TEST(ConnectionTest, RepeatsUnaryIngestWithTheSameRequestId) {
  TestServer server;
  server.ingestion.unary_failures = {grpc::Status(grpc::UNAVAILABLE, "drains"),
                                     grpc::Status(grpc::UNAVAILABLE, "drains")};
  Client client = server.Connect(WithoutPauses());
  const absl::StatusOr<v1::BatchAppendRecordsResponse> response =
      client.BatchAppendRecords(TwoRecords());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->counts().accepted(), 2);

  const auto calls = server.ingestion.unary_calls();
  ASSERT_EQ(calls.size(), 3u);
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  EXPECT_TRUE(std::regex_match(calls[0].request_id, uuid)) << calls[0].request_id;
  EXPECT_EQ(calls[1].request_id, calls[0].request_id);
  EXPECT_EQ(calls[2].request_id, calls[0].request_id);
}

TEST(ConnectionTest, KeepsTheCallersRequestIdAndMakesANewOneForEachCallElse) {
  TestServer server;
  Client client = server.Connect(WithoutPauses());
  v1::BatchAppendRecordsRequest named = TwoRecords();
  named.set_request_id("mine");
  ASSERT_TRUE(client.BatchAppendRecords(named).ok());
  ASSERT_TRUE(client.BatchAppendRecords(TwoRecords()).ok());
  ASSERT_TRUE(client.BatchAppendRecords(TwoRecords()).ok());
  const auto calls = server.ingestion.unary_calls();
  EXPECT_EQ(calls[0].request_id, "mine");
  EXPECT_NE(calls[1].request_id, calls[2].request_id);
}

TEST(ConnectionTest, SendsTheToken) {
  TestServer server;
  ClientOptions options;
  options.token = "secret";
  ASSERT_TRUE(server.Connect(options).BatchAppendRecords(TwoRecords()).ok());
  ASSERT_TRUE(server.Connect({}).BatchAppendRecords(TwoRecords()).ok());
  EXPECT_EQ(server.ingestion.unary_calls()[0].authorization, "Bearer secret");
  EXPECT_EQ(server.ingestion.unary_calls()[1].authorization, "");
}

TEST(ConnectionTest, CarriesTheServersDetails) {
  TestServer server;
  server.kpis.on_query = [](grpc::ServerContext*) {
    return internal::ErrorWithReason(grpc::INVALID_ARGUMENT, "UNKNOWN_KPI");
  };
  const auto answer = server.Connect({}).QueryKpis({});
  EXPECT_TRUE(absl::IsInvalidArgument(answer.status()));
  EXPECT_EQ(answer.status().message(), "told UNKNOWN_KPI");
  EXPECT_EQ(ErrorDetails::FromStatus(answer.status()).reason, "UNKNOWN_KPI");
}

TEST(ConnectionTest, EndsACallAtItsDeadline) {
  TestServer server;
  server.kpis.on_query = [](grpc::ServerContext* context) {
    while (!context->IsCancelled()) absl::SleepFor(absl::Milliseconds(1));
    return grpc::Status(grpc::CANCELLED, "the caller left");
  };
  const auto answer = server.Connect({}).QueryKpis({}, {.timeout = absl::Milliseconds(30)});
  EXPECT_TRUE(absl::IsDeadlineExceeded(answer.status())) << answer.status();
}

TEST(ConnectTest, SaysUnavailableWhereNoServerIs) {
  ClientOptions options = WithoutPauses();
  options.target = "localhost:1";
  options.retry.max_attempts = 2;
  absl::StatusOr<Client> client = Client::Connect(options);
  ASSERT_TRUE(client.ok());
  EXPECT_TRUE(absl::IsUnavailable(client->ListWorkspaces({}).status()));
}

TEST(ConnectTest, NamesTheCertificateItCannotRead) {
  const absl::StatusOr<Client> client = Client::Connect({.tls_ca_file = "/no/such.pem"});
  EXPECT_TRUE(absl::IsInvalidArgument(client.status()));
  EXPECT_THAT(std::string(client.status().message()), testing::HasSubstr("/no/such.pem"));
}

TEST(ClientTest, PassesRequestAndOptionsOn) {
  auto connection = std::make_shared<MockConnection>();
  v1::GetWorkspaceResponse answer;
  answer.mutable_workspace()->set_customers(7);
  using GetCall = Call<v1::GetWorkspaceRequest>;
  EXPECT_CALL(*connection,
              GetWorkspace(testing::AllOf(
                  Field(&GetCall::request, Property(&v1::GetWorkspaceRequest::workspace, "sales")),
                  Field(&GetCall::options, Field(&CallOptions::timeout, absl::Seconds(3))))))
      .WillOnce(Return(answer));
  Client client(connection);
  v1::GetWorkspaceRequest request;
  request.set_workspace("sales");
  const auto response = client.GetWorkspace(request, {.timeout = absl::Seconds(3)});
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->workspace().customers(), 7);
}

}  // namespace
}  // namespace strata
