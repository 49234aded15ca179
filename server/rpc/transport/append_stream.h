#ifndef STRATA_SERVER_RPC_TRANSPORT_APPEND_STREAM_H_
#define STRATA_SERVER_RPC_TRANSPORT_APPEND_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/base/mutex.h"
#include "server/rpc/transport/call_guard.h"
#include "server/workspace/registry.h"
#include "strata/v1/ingestion_service.pb.h"

namespace strata::rpc {

class AppendStream;

// The AppendRecords calls under way, so that a drain reaches them. Thread-safe; outlives them.
class OpenAppendStreams {
 public:
  // Ends every call with UNAVAILABLE once its batches under way are acknowledged.
  void Drain();

 private:
  friend class AppendStream;
  Mutex mutex_;
  absl::flat_hash_set<AppendStream*> streams_ ABSL_GUARDED_BY(mutex_);
};

// One AppendRecords call: decodes each message and hands it to the workspace's writer; writes the
// acks in the order of the batches as their commits become durable. Reads no further message while
// too much of this call is under way, so that HTTP/2's flow control slows a fast sender. Never
// blocks. Deletes itself when gRPC is done with it.
class AppendStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  AppendStream(grpc::CallbackServerContext& context, CallGuard& guard,
               const WorkspaceRegistry& registry, OpenAppendStreams& open);

  // Reads the first message, or ends the call when it is not let in.
  void Begin();
  // See OpenAppendStreams.
  void Drain();

 private:
  // A batch between its message and its ack.
  struct Pending {
    size_t bytes = 0;
    int64_t offset = 0, records = 0;
    bool done = false;
    absl::Status status;
    v1::AppendRecordsResponse ack;
  };
  using PendingPtr = std::shared_ptr<Pending>;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  // The message in `incoming_` as an append. Only one message is taken at a time, without the
  // mutex: the writer thread must not wait for a decode.
  absl::StatusOr<AppendRequest> Take(Pending& pending);
  // Remembers workspace and stream of the first message; holds the later ones to them.
  absl::Status SetTarget(const v1::AppendRecordsRequest& message);
  void OnAppended(const PendingPtr& pending, const absl::Status& status,
                  const AppendResult& result);

  // Does whatever can be done now: writes the next ack, reads the next message, finishes.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes the next batch whose fate is known off the queue; writes its ack if it has one.
  void TakeFront() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayRead() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayFinish() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Outcome() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const WorkspaceRegistry& registry_;
  OpenAppendStreams& open_;
  Call call_;

  // Of the message that is being read or taken.
  grpc::ByteBuffer incoming_;
  WorkspacePtr workspace_;
  std::string workspace_name_, stream_;

  // gRPC runs no reaction inside of Start... or Finish, so they are called under the mutex.
  Mutex mutex_;
  grpc::ByteBuffer outgoing_ ABSL_GUARDED_BY(mutex_);
  std::deque<PendingPtr> pending_ ABSL_GUARDED_BY(mutex_);  // not yet acknowledged, oldest first
  size_t pending_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t at_writer_ ABSL_GUARDED_BY(mutex_) = 0;  // appends whose `done` is still to come
  int64_t records_ ABSL_GUARDED_BY(mutex_) = 0;   // acknowledged
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);  // ends the call
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool taking_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool all_read_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_APPEND_STREAM_H_
