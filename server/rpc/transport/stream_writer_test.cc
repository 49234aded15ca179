#include "server/rpc/transport/stream_writer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "server/base/error.h"
#include "strata/v1/segmentation_service.grpc.pb.h"

namespace strata::rpc {
namespace {

// Writes for ever, or as many messages as it is told.
class Writing final : public v1::SegmentationService::WithCallbackMethod_ListSegmentMembers<
                          v1::SegmentationService::Service> {
 public:
  ~Writing() override {
    if (thread_.joinable()) thread_.join();
  }

  grpc::ServerWriteReactor<v1::ListSegmentMembersResponse>* ListSegmentMembers(
      grpc::CallbackServerContext* context, const v1::ListSegmentMembersRequest* request) override {
    auto* const writer =
        new StreamWriter<v1::ListSegmentMembersResponse>(*context, std::chrono::milliseconds(200));
    thread_ = std::thread([this, writer, limit = request->limit()] {
      v1::ListSegmentMembersResponse message;
      message.add_members()->set_customer(std::string(100'000, 'x'));
      absl::Status status;
      for (int i = 0; status.ok() && (limit == 0 || i < limit); ++i)
        status = writer->Write(message);
      outcome_.set_value(status);
      writer->Finish(grpc::Status::OK);
    });
    return writer;
  }

  // How the one call ended; DEADLINE_EXCEEDED when it did not within ten seconds.
  absl::Status Outcome() {
    std::future<absl::Status> outcome = outcome_.get_future();
    if (outcome.wait_for(std::chrono::seconds(10)) == std::future_status::ready) {
      return outcome.get();
    }
    return absl::DeadlineExceededError("the call goes on");
  }

 private:
  std::promise<absl::Status> outcome_;
  std::thread thread_;
};

class StreamWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("localhost:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    stub_ = v1::SegmentationService::NewStub(
        grpc::CreateChannel(absl::StrCat("localhost:", port), grpc::InsecureChannelCredentials()));
  }

  Writing service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::SegmentationService::Stub> stub_;
};

TEST_F(StreamWriterTest, OneWhoStopsReadingIsCutOff) {
  grpc::ClientContext context;
  const auto reader = stub_->ListSegmentMembers(&context, {});
  // Reads one message and no more: the window fills, a write waits, the thread is let go.
  v1::ListSegmentMembersResponse message;
  ASSERT_TRUE(reader->Read(&message));
  const absl::Status outcome = service_.Outcome();
  EXPECT_EQ(outcome.code(), absl::StatusCode::kResourceExhausted) << outcome;
  EXPECT_EQ(FactsOf(outcome).reason, "SLOW_READER");
  while (reader->Read(&message)) continue;
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(StreamWriterTest, OneWhoReadsIsNot) {
  v1::ListSegmentMembersRequest request;
  request.set_limit(100);
  grpc::ClientContext context;
  const auto reader = stub_->ListSegmentMembers(&context, request);
  v1::ListSegmentMembersResponse message;
  int messages = 0;
  while (reader->Read(&message)) ++messages;
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(messages, 100);
  EXPECT_TRUE(service_.Outcome().ok());
}

TEST_F(StreamWriterTest, OneWhoGoesAwayIsToldApart) {
  grpc::ClientContext context;
  const auto reader = stub_->ListSegmentMembers(&context, {});
  v1::ListSegmentMembersResponse message;
  ASSERT_TRUE(reader->Read(&message));
  context.TryCancel();
  reader->Finish();
  EXPECT_EQ(service_.Outcome().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace strata::rpc
