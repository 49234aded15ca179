#ifndef STRATA_SERVER_RPC_TESTING_SERVER_FIXTURE_H_
#define STRATA_SERVER_RPC_TESTING_SERVER_FIXTURE_H_

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "server/rpc/server.h"
#include "strata/v1/customer_service.grpc.pb.h"
#include "strata/v1/ingestion_service.grpc.pb.h"
#include "strata/v1/kpi_service.grpc.pb.h"
#include "strata/v1/workspace_service.grpc.pb.h"

// For tests: the real server on a real socket, over a folder of its own.

namespace strata::rpc {

inline constexpr int64_t kNow = 1'735'689'600'000;                          // 2025-01-01T00:00:00Z
inline constexpr char kRequestId[] = "123e4567-e89b-12d3-a456-4266141740";  // lacks two digits

// What a client decodes from an error.
struct ErrorOf {
  google::rpc::ErrorInfo info;
  std::vector<std::string> fields;
  bool has_retry = false;

  explicit ErrorOf(const grpc::Status& status) {
    google::rpc::Status details;
    EXPECT_TRUE(details.ParseFromString(status.error_details()));
    google::rpc::BadRequest bad;
    google::rpc::RetryInfo retry;
    for (const google::protobuf::Any& detail : details.details()) {
      if (detail.UnpackTo(&info)) continue;
      if (detail.UnpackTo(&bad)) {
        for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
      }
      has_retry = has_retry || detail.UnpackTo(&retry);
    }
  }
};

inline v1::Record OrderRecord(int number, int64_t units, const std::string& customer = "c1") {
  v1::Record record;
  v1::Order& order = *record.mutable_order();
  order.set_id(absl::StrCat("o", number));
  order.set_customer(customer);
  order.set_status("shipped");
  // 2024-12-01, a second apart.
  order.mutable_order_time()->set_seconds(1'733'011'200 + number);
  order.add_lines()->set_amount_micros(units * 1'000'000);
  return record;
}

class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              absl::StrCat("strata_server_test_", getpid(), "_",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    options_.data_dir = folder_.string();
    options_.listen = "localhost:0";
    options_.clock = &clock_;
    options_.log_level = "off";
    options_.drain_seconds = 5;
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  // Starts the server and makes the workspace "sales".
  void Start() {
    auto server = Server::Start(options_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    Connect(grpc::CreateChannel(absl::StrCat("localhost:", server_->port()),
                                grpc::InsecureChannelCredentials()));
    v1::CreateWorkspaceRequest request;
    request.mutable_workspace()->set_workspace("sales");
    v1::CreateWorkspaceResponse response;
    grpc::ClientContext context;
    const grpc::Status status = workspaces_->CreateWorkspace(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  void Connect(std::shared_ptr<grpc::Channel> channel) {
    channel_ = std::move(channel);
    workspaces_ = v1::WorkspaceService::NewStub(channel_);
    ingestion_ = v1::IngestionService::NewStub(channel_);
    customers_ = v1::CustomerService::NewStub(channel_);
    kpis_ = v1::KpiService::NewStub(channel_);
  }

  grpc::Status Append(const v1::BatchAppendRecordsRequest& request,
                      v1::BatchAppendRecordsResponse* response) {
    grpc::ClientContext context;
    return ingestion_->BatchAppendRecords(&context, request, response);
  }

  // A request of orders o<first>.. of 1, 2, 3 ... units.
  static v1::BatchAppendRecordsRequest Orders(const char* id_end, int first, int count) {
    v1::BatchAppendRecordsRequest request;
    request.set_workspace("sales");
    request.set_request_id(absl::StrCat(kRequestId, id_end));
    for (int i = 0; i < count; ++i) *request.add_records() = OrderRecord(first + i, i + 1);
    return request;
  }

  static v1::AppendRecordsRequest Batch(int64_t offset, int count) {
    v1::AppendRecordsRequest batch;
    batch.set_workspace("sales");
    batch.set_stream("s1");
    batch.set_offset(offset);
    for (int i = 0; i < count; ++i) {
      *batch.add_records() = OrderRecord(static_cast<int>(offset) + i, 1);
    }
    return batch;
  }

  grpc::Status Query(const v1::QueryKpisRequest& request, v1::QueryKpisResponse* response,
                     std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout);
    return kpis_->QueryKpis(&context, request, response);
  }

  static v1::QueryKpisRequest Revenue(int64_t min_revision = 0) {
    v1::QueryKpisRequest request;
    request.mutable_scope()->set_workspace("sales");
    request.mutable_scope()->set_min_revision(min_revision);
    request.add_kpis("revenue");
    return request;
  }

  int64_t CurrentRevision() {
    v1::GetWorkspaceRequest request;
    request.set_workspace("sales");
    v1::GetWorkspaceResponse response;
    grpc::ClientContext context;
    EXPECT_TRUE(workspaces_->GetWorkspace(&context, request, &response).ok());
    return response.workspace().revision();
  }

  // A unary call by bytes, for services without a stub here and for messages no stub would send.
  grpc::Status CallRaw(const std::string& method, const std::string& request,
                       std::string* response) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    grpc::Slice slice(request);
    grpc::ByteBuffer bytes(&slice, 1), answer;
    grpc::Status status;
    auto call = stub.PrepareUnaryCall(&context, method, bytes, &queue);
    call->StartCall();
    call->Finish(&answer, &status, this);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    std::vector<grpc::Slice> slices;
    if (status.ok() && answer.Dump(&slices).ok()) {
      for (const grpc::Slice& part : slices) {
        response->append(reinterpret_cast<const char*>(part.begin()), part.size());
      }
    }
    return status;
  }

  std::filesystem::path folder_;
  FixedClock clock_{kNow};
  ServerOptions options_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::WorkspaceService::Stub> workspaces_;
  std::unique_ptr<v1::IngestionService::Stub> ingestion_;
  std::unique_ptr<v1::CustomerService::Stub> customers_;
  std::unique_ptr<v1::KpiService::Stub> kpis_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TESTING_SERVER_FIXTURE_H_
