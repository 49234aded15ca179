#ifndef STRATA_CLIENT_SRC_TEST_SERVER_H_
#define STRATA_CLIENT_SRC_TEST_SERVER_H_

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "grpcpp/server_context.h"
#include "strata/client.h"
#include "strata/internal/channel_connection.h"
#include "strata/v1/ingestion_service.grpc.pb.h"
#include "strata/v1/kpi_service.grpc.pb.h"

// A server for tests of the client: real gRPC in this process, the offsets and acknowledgements of
// the contract, nothing behind them, and faults on demand.

namespace strata::internal {

// A failed call as stratad sends it.
inline grpc::Status ErrorWithDetails(grpc::StatusCode code, const std::string& message,
                                     const std::vector<const google::protobuf::Message*>& details) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  for (const google::protobuf::Message* detail : details) status.add_details()->PackFrom(*detail);
  return grpc::Status(code, message, status.SerializeAsString());
}

inline grpc::Status ErrorWithReason(grpc::StatusCode code, const std::string& reason) {
  google::rpc::ErrorInfo info;
  info.set_domain("strata");
  info.set_reason(reason);
  return ErrorWithDetails(code, "told " + reason, {&info});
}

class TestIngestion : public v1::IngestionService::Service {
 public:
  // What happens to the n-th batch (from 0) that arrives over all calls.
  enum class Fault { kNone, kBreakBeforeCommit, kBreakAfterCommit, kRefuse, kExhausted };
  std::map<int, Fault> faults;
  // Statuses that unary calls give first, in order.
  std::vector<grpc::Status> unary_failures;

  struct Unary {
    std::string request_id, authorization;
  };

  std::vector<Unary> unary_calls() const {
    absl::MutexLock lock(&mutex_);
    return unary_calls_;
  }
  std::vector<std::string> stored() const {
    absl::MutexLock lock(&mutex_);
    return stored_;
  }
  int calls() const {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }
  int largest_batch() const {
    absl::MutexLock lock(&mutex_);
    return largest_batch_;
  }

  grpc::Status BatchAppendRecords(grpc::ServerContext* context,
                                  const v1::BatchAppendRecordsRequest* request,
                                  v1::BatchAppendRecordsResponse* response) override {
    absl::MutexLock lock(&mutex_);
    const auto found = context->client_metadata().find("authorization");
    unary_calls_.push_back(
        {request->request_id(), found == context->client_metadata().end()
                                    ? ""
                                    : std::string(found->second.data(), found->second.size())});
    if (unary_calls_.size() <= unary_failures.size()) {
      return unary_failures[unary_calls_.size() - 1];
    }
    response->mutable_counts()->set_accepted(request->records_size());
    return grpc::Status::OK;
  }

  grpc::Status GetWriteStream(grpc::ServerContext*, const v1::GetWriteStreamRequest* request,
                              v1::GetWriteStreamResponse* response) override {
    absl::MutexLock lock(&mutex_);
    if (request->workspace() != "sales") {
      return ErrorWithReason(grpc::NOT_FOUND, "WORKSPACE_NOT_FOUND");
    }
    if (state_.next_offset() == 0) {
      return ErrorWithReason(grpc::NOT_FOUND, "WRITE_STREAM_NOT_FOUND");
    }
    *response = state_;
    return grpc::Status::OK;
  }

  grpc::Status AppendRecords(grpc::ServerContext*,
                             grpc::ServerReaderWriter<v1::AppendRecordsResponse,
                                                      v1::AppendRecordsRequest>* stream) override {
    {
      absl::MutexLock lock(&mutex_);
      ++calls_;
    }
    v1::AppendRecordsRequest batch;
    while (stream->Read(&batch)) {
      v1::AppendRecordsResponse ack;
      const grpc::Status status = Take(batch, ack);
      if (status.ok() || ack.errors_size() > 0) stream->Write(ack);
      if (!status.ok()) return status;
    }
    return grpc::Status::OK;
  }

 private:
  grpc::Status Take(const v1::AppendRecordsRequest& batch, v1::AppendRecordsResponse& ack) {
    absl::MutexLock lock(&mutex_);
    const int number = batches_++;
    const auto found = faults.find(number);
    const Fault fault = found == faults.end() ? Fault::kNone : found->second;
    if (fault == Fault::kBreakBeforeCommit) return grpc::Status(grpc::UNAVAILABLE, "gone");
    if (fault == Fault::kExhausted) {
      google::rpc::RetryInfo retry;
      retry.mutable_retry_delay()->set_seconds(3);
      return ErrorWithDetails(grpc::RESOURCE_EXHAUSTED, "queue full", {&retry});
    }
    const int64_t end = batch.offset() + batch.records_size();
    ack.set_next_offset(end);
    ack.set_revision(state_.revision());
    if (end <= state_.next_offset()) {
      ack.set_duplicate(true);
      return grpc::Status::OK;
    }
    if (batch.offset() != state_.next_offset()) {
      return ErrorWithReason(grpc::OUT_OF_RANGE, "WRONG_OFFSET");
    }
    if (fault == Fault::kRefuse) {
      ack.set_next_offset(batch.offset());
      ack.add_errors()->set_index(1);
      return ErrorWithReason(grpc::INVALID_ARGUMENT, "BAD_RECORDS");
    }
    Commit(batch, ack);
    return fault == Fault::kBreakAfterCommit ? ClearAndBreak(ack) : grpc::Status::OK;
  }

  static grpc::Status ClearAndBreak(v1::AppendRecordsResponse& ack) {
    ack.Clear();
    return grpc::Status(grpc::UNAVAILABLE, "gone before the acknowledgement");
  }

  // Records whose id begins with "bad" are rejected.
  void Commit(const v1::AppendRecordsRequest& batch, v1::AppendRecordsResponse& ack)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    largest_batch_ = std::max(largest_batch_, batch.records_size());
    for (int i = 0; i < batch.records_size(); ++i) {
      const std::string& id = batch.records(i).order().id();
      if (id.rfind("bad", 0) == 0) {
        v1::RecordError error;
        error.set_id(id);
        error.set_index(i);
        *ack.add_errors() = error;
        error.set_index(batch.offset() + i);
        *state_.add_errors() = error;
      } else {
        stored_.push_back(id);
      }
    }
    v1::RecordCounts& counts = *ack.mutable_counts();
    counts.set_rejected(ack.errors_size());
    counts.set_accepted(batch.records_size() - ack.errors_size());
    v1::RecordCounts& life = *state_.mutable_counts();
    life.set_rejected(life.rejected() + counts.rejected());
    life.set_accepted(life.accepted() + counts.accepted());
    state_.set_revision(state_.revision() + 1);
    state_.set_next_offset(ack.next_offset());
    ack.set_revision(state_.revision());
  }

  mutable absl::Mutex mutex_;
  std::vector<Unary> unary_calls_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> stored_ ABSL_GUARDED_BY(mutex_);
  v1::GetWriteStreamResponse state_ ABSL_GUARDED_BY(mutex_);
  int batches_ ABSL_GUARDED_BY(mutex_) = 0;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  int largest_batch_ ABSL_GUARDED_BY(mutex_) = 0;
};

// A KPI service that answers after `delay`, or at once with `failure`.
class TestKpis : public v1::KpiService::Service {
 public:
  std::function<grpc::Status(grpc::ServerContext*)> on_query = [](grpc::ServerContext*) {
    return grpc::Status::OK;
  };
  grpc::Status QueryKpis(grpc::ServerContext* context, const v1::QueryKpisRequest* request,
                         v1::QueryKpisResponse* response) override {
    response->mutable_table()->set_title(request->scope().workspace());
    return on_query(context);
  }
};

class TestServer {
 public:
  TestIngestion ingestion;
  TestKpis kpis;

  TestServer() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&ingestion);
    builder.RegisterService(&kpis);
    server_ = builder.BuildAndStart();
  }
  ~TestServer() { server_->Shutdown(std::chrono::system_clock::now()); }

  Client Connect(const ClientOptions& options) {
    return Client(ConnectionOverChannel(server_->InProcessChannel({}), options));
  }

 private:
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace strata::internal

#endif  // STRATA_CLIENT_SRC_TEST_SERVER_H_
