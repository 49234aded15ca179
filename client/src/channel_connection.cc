#include "strata/internal/channel_connection.h"

#include <functional>
#include <string>

#include "channel_methods.h"
#include "client/src/channel_calls.h"

namespace strata::internal {
namespace {

// A version 4 UUID.
std::string RandomUuid(const std::function<double()>& random) {
  std::string uuid = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  for (char& c : uuid) {
    if (c != 'x' && c != 'y') continue;
    const int digit = static_cast<int>(random() * 16);
    c = "0123456789abcdef"[c == 'x' ? digit : 8 + digit % 4];
  }
  return uuid;
}

class ChannelAppendStream : public AppendStream {
 public:
  ChannelAppendStream(v1::IngestionService::Stub& stub, const ChannelCalls& calls,
                      const CallOptions& options) {
    calls.PrepareStream(context_, options);
    stream_ = stub.AppendRecords(&context_);
  }

  // gRPC wants Finish to be called, and everything read before it.
  ~ChannelAppendStream() override {
    if (finished_) return;
    context_.TryCancel();
    v1::AppendRecordsResponse ack;
    while (stream_->Read(&ack)) {
    }
    stream_->Finish();
  }

  bool Write(const v1::AppendRecordsRequest& batch) override { return stream_->Write(batch); }
  void WritesDone() override { stream_->WritesDone(); }
  bool Read(v1::AppendRecordsResponse& ack) override { return stream_->Read(&ack); }
  absl::Status Finish() override {
    finished_ = true;
    return FromGrpc(stream_->Finish());
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AppendRecordsRequest, v1::AppendRecordsResponse>>
      stream_;
  bool finished_ = false;
};

class ChannelConnection final : public ChannelMethods {
 public:
  using ChannelMethods::ChannelMethods;

  // What a repetition would send is an etag that the first try has replaced.
  absl::StatusOr<v1::UpdateSegmentResponse> UpdateSegment(
      const Call<v1::UpdateSegmentRequest>& call) override {
    if (call.request.segment().etag().empty()) return ChannelMethods::UpdateSegment(call);
    return calls_.Unary(*segmentation_service_, &v1::SegmentationService::Stub::UpdateSegment, call,
                        Repeat::kNever);
  }

  absl::StatusOr<v1::BatchAppendRecordsResponse> BatchAppendRecords(
      const Call<v1::BatchAppendRecordsRequest>& call) override {
    if (!call.request.request_id().empty()) return ChannelMethods::BatchAppendRecords(call);
    Call<v1::BatchAppendRecordsRequest> named = call;
    named.request.set_request_id(RandomUuid(calls_.options().retry_environment.random));
    return ChannelMethods::BatchAppendRecords(named);
  }

  absl::StatusOr<std::unique_ptr<AppendStream>> AppendRecords(const CallOptions& options) override {
    return std::make_unique<ChannelAppendStream>(*ingestion_service_, calls_, options);
  }
};

}  // namespace

std::shared_ptr<Connection> ConnectionOverChannel(
    const std::shared_ptr<grpc::ChannelInterface>& channel, const ClientOptions& options) {
  return std::make_shared<ChannelConnection>(channel, options);
}

}  // namespace strata::internal
