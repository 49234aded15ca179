#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/testing/server_fixture.h"

namespace strata::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

TEST_F(ServerTest, WorkspacesAreMadeListedChangedAndDeleted) {
  Start();
  {
    v1::CreateWorkspaceRequest request;
    request.mutable_workspace()->set_workspace("sales");
    v1::CreateWorkspaceResponse response;
    grpc::ClientContext context;
    const grpc::Status status = workspaces_->CreateWorkspace(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
    EXPECT_EQ(ErrorOf(status).info.reason(), "WORKSPACE_EXISTS");
  }
  for (const char* name : {"beta", "alpha"}) {
    v1::CreateWorkspaceRequest request;
    request.mutable_workspace()->set_workspace(name);
    v1::CreateWorkspaceResponse response;
    grpc::ClientContext context;
    ASSERT_TRUE(workspaces_->CreateWorkspace(&context, request, &response).ok());
    EXPECT_EQ(response.workspace().currency_code(), "USD");
    EXPECT_EQ(response.workspace().create_time().seconds(), kNow / 1'000);
  }
  std::vector<std::string> names;
  v1::ListWorkspacesRequest list;
  list.set_page_size(2);
  for (int page = 0; page < 2; ++page) {
    v1::ListWorkspacesResponse response;
    grpc::ClientContext context;
    ASSERT_TRUE(workspaces_->ListWorkspaces(&context, list, &response).ok());
    for (const v1::Workspace& workspace : response.workspaces()) {
      names.push_back(workspace.workspace());
    }
    EXPECT_EQ(response.next_page_token().empty(), page == 1);
    list.set_page_token(response.next_page_token());
  }
  EXPECT_THAT(names, ElementsAre("alpha", "beta", "sales"));

  v1::UpdateWorkspaceRequest update;
  update.mutable_workspace()->set_workspace("beta");
  update.mutable_workspace()->set_inactivity_days(90);
  update.mutable_update_mask()->add_paths("inactivity_days");
  v1::UpdateWorkspaceResponse updated;
  grpc::ClientContext update_context;
  ASSERT_TRUE(workspaces_->UpdateWorkspace(&update_context, update, &updated).ok());
  EXPECT_EQ(updated.workspace().inactivity_days(), 90);

  v1::DeleteWorkspaceRequest remove;
  remove.set_workspace("beta");
  v1::DeleteWorkspaceResponse removed;
  grpc::ClientContext remove_context;
  ASSERT_TRUE(workspaces_->DeleteWorkspace(&remove_context, remove, &removed).ok());
  v1::GetWorkspaceRequest get;
  get.set_workspace("beta");
  v1::GetWorkspaceResponse got;
  grpc::ClientContext get_context;
  const grpc::Status gone = workspaces_->GetWorkspace(&get_context, get, &got);
  EXPECT_EQ(gone.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ErrorOf(gone).info.reason(), "WORKSPACE_NOT_FOUND");
}

TEST_F(ServerTest, WaitForARevisionEndsWithTheDeadlineAndWithTheCommit) {
  Start();
  const int64_t next = CurrentRevision() + 1;
  v1::QueryKpisResponse answer;
  const auto start = Clock::now();
  EXPECT_EQ(Query(Revenue(next), &answer, std::chrono::milliseconds(200)).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(5));

  grpc::Status waited;
  std::thread reader([&] { waited = Query(Revenue(next), &answer); });
  v1::BatchAppendRecordsResponse appended;
  ASSERT_TRUE(Append(Orders("05", 1, 1), &appended).ok());
  reader.join();
  ASSERT_TRUE(waited.ok()) << waited.error_message();
  EXPECT_EQ(answer.meta().revision(), next);

  const grpc::Status never = Query(Revenue(next + 1'000'000), &answer);
  EXPECT_EQ(never.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(ErrorOf(never).info.reason(), "REVISION_IN_FUTURE");
}

TEST_F(ServerTest, OneReadTooManyIsRefusedAndACancelledOneMakesRoom) {
  options_.max_concurrent_reads = 1;
  Start();
  const int64_t next = CurrentRevision() + 1;
  std::atomic<grpc::ClientContext*> blocked{nullptr};
  grpc::Status ended;
  std::thread reader([&] {
    // Until it has the only place, and then for as long as nobody cancels it.
    do {
      v1::QueryKpisResponse answer;
      grpc::ClientContext context;
      blocked.store(&context);
      ended = kpis_->QueryKpis(&context, Revenue(next), &answer);
    } while (ended.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  });
  v1::QueryKpisResponse answer;
  grpc::Status refused;
  const auto give_up = Clock::now() + std::chrono::seconds(20);
  while (refused.ok() && Clock::now() < give_up) refused = Query(Revenue(), &answer);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const ErrorOf error(refused);
  EXPECT_EQ(error.info.reason(), "TOO_MANY_CALLS");
  EXPECT_TRUE(error.has_retry);

  blocked.load()->TryCancel();
  reader.join();
  EXPECT_EQ(ended.error_code(), grpc::StatusCode::CANCELLED);
  const auto cancelled = Clock::now();
  grpc::Status let_in = refused;
  while (!let_in.ok() && Clock::now() < give_up) let_in = Query(Revenue(), &answer);
  EXPECT_TRUE(let_in.ok()) << let_in.error_message();
  EXPECT_LT(Clock::now() - cancelled, std::chrono::seconds(2));
}

TEST_F(ServerTest, QueryFaultsNameTheFieldAndWhatWouldFit) {
  Start();
  v1::QueryKpisResponse answer;
  v1::QueryKpisRequest request = Revenue();
  request.set_kpis(0, "orders");  // what is named already is no advice
  request.add_kpis("revenu");
  ErrorOf error(Query(request, &answer));
  EXPECT_EQ(error.info.reason(), "UNKNOWN_KPI");
  EXPECT_THAT(error.info.metadata().at("nearest"), HasSubstr("revenue"));
  EXPECT_THAT(error.fields, ElementsAre("kpis[1]"));

  request = Revenue();
  request.add_group_by("contry");
  error = ErrorOf(Query(request, &answer));
  EXPECT_EQ(error.info.reason(), "UNKNOWN_FIELD");
  EXPECT_THAT(error.info.metadata().at("nearest"), HasSubstr("country"));

  request = Revenue();
  request.mutable_scope()->set_filter("contry = \"US\"");
  error = ErrorOf(Query(request, &answer));
  EXPECT_EQ(error.info.reason(), "INVALID_FILTER");
  EXPECT_EQ(error.info.metadata().at("position"), "0");

  request = Revenue();
  request.mutable_scope()->set_segment("tier/gold");
  error = ErrorOf(Query(request, &answer));
  EXPECT_EQ(error.info.reason(), "SEGMENT_NOT_FOUND");
  EXPECT_THAT(error.info.metadata().at("nearest"), HasSubstr("tier/strategic"));

  request = Revenue();
  request.mutable_scope()->mutable_range()->set_from("yesterday");
  EXPECT_THAT(ErrorOf(Query(request, &answer)).fields, ElementsAre("scope.range.from"));

  request = Revenue();
  request.set_page_token("abc");
  EXPECT_EQ(ErrorOf(Query(request, &answer)).info.reason(), "INVALID_PAGE_TOKEN");
}

TEST_F(ServerTest, PagesReadOneRevision) {
  Start();
  v1::BatchAppendRecordsRequest append = Orders("06", 1, 5);
  for (int i = 0; i < 5; ++i) {
    append.mutable_records(i)->mutable_order()->set_customer(absl::StrCat("c", i));
  }
  v1::BatchAppendRecordsResponse appended;
  ASSERT_TRUE(Append(append, &appended).ok());

  v1::ListCustomersRequest list;
  list.mutable_scope()->set_workspace("sales");
  list.add_fields("revenue");
  list.set_order_by("revenue desc");
  list.set_page_size(2);
  std::vector<std::string> rows;
  for (int page = 0; page < 3; ++page) {
    v1::ListCustomersResponse response;
    grpc::ClientContext context;
    const grpc::Status status = customers_->ListCustomers(&context, list, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.meta().revision(), appended.revision());
    EXPECT_EQ(response.total(), 5);
    for (const v1::CustomerRow& row : response.customers()) {
      rows.push_back(absl::StrCat(row.customer(), " ", row.values(0).money().units()));
    }
    list.set_page_token(response.next_page_token());
    // What comes between two pages does not show in the next.
    v1::BatchAppendRecordsResponse more;
    ASSERT_TRUE(Append(Orders(absl::StrCat("1", page).c_str(), 100 + page, 1), &more).ok());
  }
  EXPECT_THAT(rows, ElementsAre("c4 5", "c3 4", "c2 3", "c1 2", "c0 1"));
  EXPECT_TRUE(list.page_token().empty());

  v1::ListCustomersResponse response;
  list.clear_page_token();
  grpc::ClientContext first_context;
  ASSERT_TRUE(customers_->ListCustomers(&first_context, list, &response).ok());
  list.set_page_token(response.next_page_token());
  list.set_order_by("revenue");
  grpc::ClientContext second_context;
  EXPECT_EQ(ErrorOf(customers_->ListCustomers(&second_context, list, &response)).info.reason(),
            "INVALID_PAGE_TOKEN");
}

TEST_F(ServerTest, CustomerIsShownWithEverythingAndErased) {
  Start();
  v1::BatchAppendRecordsRequest append = Orders("07", 1, 12);
  v1::Customer& sent = *append.add_records()->mutable_customer();
  sent.set_id("c1");
  sent.set_display_name("Acme");
  sent.set_birth_date("1980-05-06");
  sent.set_country("US");
  sent.set_children(0);
  sent.set_strategic(true);
  sent.mutable_created_time()->set_seconds(1'700'000'000);
  sent.mutable_created_time()->set_nanos(123'000'000);
  (*sent.mutable_attributes())["plan"].set_text("gold");
  (*sent.mutable_attributes())["seats"].set_number(2.5);
  (*sent.mutable_attributes())["beta"].set_boolean(false);
  v1::Order& second = *append.mutable_records(1)->mutable_order();
  second.mutable_delivered_time()->set_seconds(1'733'100'000);
  second.mutable_lines(0)->set_cost_micros(77);
  second.mutable_lines(0)->set_product("p");
  second.add_lines()->set_amount_micros(-3);
  second.mutable_lines(1)->set_quantity(-2);
  v1::BatchAppendRecordsResponse appended;
  grpc::Status status = Append(append, &appended);
  ASSERT_TRUE(status.ok()) << status.error_message();

  v1::GetCustomerRequest request;
  request.mutable_scope()->set_workspace("sales");
  request.mutable_scope()->set_as_of("2024-12-05");
  request.set_customer("c1");
  request.set_view(v1::CUSTOMER_VIEW_FULL);
  request.set_orders(11);
  v1::GetCustomerResponse response;
  grpc::ClientContext context;
  status = customers_->GetCustomer(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.customer().SerializeAsString().size(), sent.SerializeAsString().size());
  EXPECT_EQ(response.customer().ShortDebugString(), sent.ShortDebugString());
  EXPECT_FALSE(response.placeholder());
  // Latest first; o1 is the one too many, o2 as it was sent, ids and instants included.
  ASSERT_EQ(response.orders_size(), 11);
  EXPECT_EQ(response.orders(0).id(), "o12");
  v1::Order expected = second;
  expected.mutable_lines(0)->set_quantity(1);
  EXPECT_EQ(response.orders(10).ShortDebugString(), expected.ShortDebugString());
  std::string orders;
  for (const v1::FieldValue& feature : response.features()) {
    if (feature.field() == "orders") orders = feature.value().ShortDebugString();
  }
  EXPECT_EQ(orders, "integer: 12");

  v1::EraseCustomerRequest erase;
  erase.set_workspace("sales");
  erase.set_customer("c1");
  v1::EraseCustomerResponse erased;
  grpc::ClientContext erase_context;
  ASSERT_TRUE(customers_->EraseCustomer(&erase_context, erase, &erased).ok());
  EXPECT_GT(erased.revision(), appended.revision());
  grpc::ClientContext gone_context;
  const grpc::Status gone = customers_->GetCustomer(&gone_context, request, &response);
  EXPECT_EQ(gone.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ErrorOf(gone).info.reason(), "CUSTOMER_NOT_FOUND");
}

TEST_F(ServerTest, RequestIdComesBack) {
  Start();
  v1::ListWorkspacesResponse response;
  grpc::ClientContext given, made;
  given.AddMetadata("x-request-id", "abc-1");
  ASSERT_TRUE(workspaces_->ListWorkspaces(&given, {}, &response).ok());
  EXPECT_EQ(given.GetServerInitialMetadata().find("x-request-id")->second, "abc-1");
  ASSERT_TRUE(workspaces_->ListWorkspaces(&made, {}, &response).ok());
  EXPECT_EQ(made.GetServerInitialMetadata().find("x-request-id")->second.size(), 32u);
}

TEST_F(ServerTest, HealthAnswersForTheServerAndEachService) {
  Start();
  for (const char* service : {"", "strata.v1.WorkspaceService", "strata.v1.IngestionService",
                              "strata.v1.CustomerService", "strata.v1.KpiService"}) {
    // HealthCheckRequest{service = 1}, HealthCheckResponse{status = 1: SERVING = 1}.
    const std::string name(service);
    const std::string request =
        name.empty() ? ""
                     : absl::StrCat("\x0a", std::string(1, static_cast<char>(name.size())), name);
    std::string answer;
    const grpc::Status status = CallRaw("/grpc.health.v1.Health/Check", request, &answer);
    EXPECT_TRUE(status.ok()) << service << ": " << status.error_message();
    EXPECT_EQ(answer, "\x08\x01") << service;
  }
}

TEST_F(ServerTest, InProcessChannelNeedsNoSocket) {
  options_.listen.clear();
  auto server = Server::Start(options_);
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  EXPECT_EQ(server_->port(), 0);
  Connect(server_->InProcessChannel());
  v1::CreateWorkspaceRequest request;
  request.mutable_workspace()->set_workspace("sales");
  v1::CreateWorkspaceResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(workspaces_->CreateWorkspace(&context, request, &response).ok());
  grpc::ClientContext stream_context;
  auto stream = ingestion_->AppendRecords(&stream_context);
  v1::AppendRecordsResponse ack;
  stream->Write(Batch(0, 3));
  ASSERT_TRUE(stream->Read(&ack));
  EXPECT_EQ(ack.next_offset(), 3);
  // Fails while the server waits for a message, and must end all the same.
  stream->Write(Batch(7, 1));
  EXPECT_FALSE(stream->Read(&ack));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::OUT_OF_RANGE);
}

TEST_F(ServerTest, DrainEndsIdleStreamsAndRefusesNewCalls) {
  Start();
  grpc::ClientContext context;
  auto stream = ingestion_->AppendRecords(&context);
  stream->Write(Batch(0, 3));
  v1::AppendRecordsResponse ack;
  ASSERT_TRUE(stream->Read(&ack));
  const auto start = Clock::now();
  std::thread shutdown([&] { server_->Shutdown(); });
  EXPECT_FALSE(stream->Read(&ack));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorOf(status).info.reason(), "DRAINING");
  shutdown.join();
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(4));
  v1::QueryKpisResponse answer;
  EXPECT_EQ(Query(Revenue(), &answer).error_code(), grpc::StatusCode::UNAVAILABLE);

  // What was acknowledged is there after a new start.
  server_.reset();
  auto server = Server::Start(options_);
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  Connect(grpc::CreateChannel(absl::StrCat("localhost:", server_->port()),
                              grpc::InsecureChannelCredentials()));
  ASSERT_TRUE(Query(Revenue(), &answer).ok());
  EXPECT_EQ(answer.table().rows(0).values(0).money().units(), 3);
}

TEST_F(ServerTest, RefusesATakenFolderAndATakenPort) {
  Start();
  ServerOptions second = options_;
  EXPECT_EQ(Server::Start(second).status().code(), absl::StatusCode::kFailedPrecondition);
  second.data_dir = (folder_ / "other").string();
  second.listen = absl::StrCat("localhost:", server_->port());
  const absl::Status taken = Server::Start(second).status();
  EXPECT_EQ(taken.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(taken.message()), HasSubstr("--listen"));
  second.tls_cert_file = "missing.crt";
  EXPECT_EQ(Server::Start(second).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace strata::rpc
