#include "server/rpc/transport/segment_watch.h"

#include <utility>

#include "server/rpc/transport/segment_watches.h"

namespace strata::rpc {

SegmentWatch::SegmentWatch(grpc::CallbackServerContext& context, CallGuard& guard,
                           SegmentWatches& watches, const WorkspaceRegistry& registry,
                           const v1::WatchSegmentRequest& request)
    : context_(context), watches_(watches), registry_(registry), request_(request) {
  call_.emplace(guard, context, CallGuard::MethodOf<v1::WatchSegmentRequest>());
  call_->set_workspace(request.workspace());
}

SegmentWatch::Progress SegmentWatch::progress() const {
  MutexLock lock(mutex_);
  return progress_;
}

void SegmentWatch::Write() {
  MutexLock lock(mutex_);
  if (progress_.finished) return;
  progress_.writing = true;
  progress_.since = std::chrono::steady_clock::now();
  StartWrite(&outgoing_);
}

void SegmentWatch::End(const absl::Status& status) {
  MutexLock lock(mutex_);
  if (progress_.finished) return;
  progress_.finished = true;
  progress_.since = std::chrono::steady_clock::now();
  if (state_.has_value()) call_->set_records(state_->told());
  Finish(call_->End(status));
}

void SegmentWatch::Abort() {
  MutexLock lock(mutex_);
  if (!progress_.done) context_.TryCancel();
}

void SegmentWatch::OnWriteDone(bool ok) {
  {
    MutexLock lock(mutex_);
    progress_.writing = false;
    if (!ok) progress_.cancelled = true;
  }
  watches_.Wake(self_);
}

void SegmentWatch::OnCancel() {
  {
    MutexLock lock(mutex_);
    progress_.cancelled = true;
  }
  watches_.Wake(self_);
}

void SegmentWatch::OnDone() {
  {
    MutexLock lock(mutex_);
    progress_.done = true;
    call_.reset();
  }
  // May be the last but one to hold this.
  const std::shared_ptr<SegmentWatch> self = std::move(self_);
  watches_.Wake(self);
}

}  // namespace strata::rpc
