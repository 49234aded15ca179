#ifndef STRATA_SERVER_RPC_TRANSPORT_SEGMENT_WATCH_H_
#define STRATA_SERVER_RPC_TRANSPORT_SEGMENT_WATCH_H_

#include <chrono>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "grpcpp/support/server_callback.h"
#include "server/base/mutex.h"
#include "server/rpc/transport/call_guard.h"
#include "server/rpc/transport/segment_watch_state.h"
#include "server/workspace/registry.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::rpc {

class SegmentWatches;

// One WatchSegment call towards gRPC: at most one message on its way, written by the thread of
// SegmentWatches, which is woken whenever something happens to the call. Never blocks. Lives until
// gRPC and that thread are both done with it.
class SegmentWatch final : public grpc::ServerWriteReactor<v1::WatchSegmentResponse> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  SegmentWatch(grpc::CallbackServerContext& context, CallGuard& guard, SegmentWatches& watches,
               const WorkspaceRegistry& registry, const v1::WatchSegmentRequest& request);

  // Keeps `self`, which is this, until gRPC is done with it.
  void KeepAlive(std::shared_ptr<SegmentWatch> self) { self_ = std::move(self); }

  // UNAVAILABLE while draining.
  absl::Status Admit() { return call_->Admit(); }
  const WorkspaceRegistry& registry() const { return registry_; }
  const v1::WatchSegmentRequest& request() const { return request_; }

  // What gRPC has done so far.
  struct Progress {
    bool cancelled = false;  // the caller is gone
    bool finished = false;   // End was called
    bool done = false;       // gRPC needs this no more
    bool writing = false;
    Time since;  // of the write under way, or of End
  };
  Progress progress() const;

  // Of the thread of SegmentWatches.
  std::optional<SegmentWatchState>& state() { return state_; }
  // The message to write next; only while none is on its way.
  v1::WatchSegmentResponse& outgoing() { return outgoing_; }
  void Write();
  // Ends the call behind what is on its way. A second call does nothing.
  void End(const absl::Status& status);
  // Ends it at once: what is on its way is dropped, and so is the status.
  void Abort();

 private:
  friend class SegmentWatches;

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  grpc::CallbackServerContext& context_;  // as long as call_
  SegmentWatches& watches_;
  const WorkspaceRegistry& registry_;
  const v1::WatchSegmentRequest request_;
  std::optional<Call> call_;
  std::shared_ptr<SegmentWatch> self_;

  // Of the thread of SegmentWatches.
  std::optional<SegmentWatchState> state_;
  bool waits_for_round_ = false;
  bool enlisted_ = false;  // counts against the limit; never changes once gRPC has the call
  // Under the mutex of SegmentWatches.
  bool woken_ = false;

  v1::WatchSegmentResponse outgoing_;  // gRPC's while writing

  // gRPC runs no reaction inside of Start... or Finish, so they are called under the mutex.
  mutable Mutex mutex_;
  Progress progress_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_SEGMENT_WATCH_H_
