#ifndef STRATA_SERVER_RPC_TRANSPORT_SEGMENT_WATCHES_H_
#define STRATA_SERVER_RPC_TRANSPORT_SEGMENT_WATCHES_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "grpcpp/support/server_callback.h"
#include "server/base/mutex.h"
#include "server/rpc/transport/call_guard.h"
#include "server/rpc/transport/segment_watch.h"
#include "server/rpc/transport/segment_watch_state.h"
#include "server/workspace/registry.h"

namespace strata::rpc {

// The WatchSegment calls of a server, and the one thread that serves them all: it computes who
// entered and left and writes the messages. Idle calls cost no thread, and a workspace's writer
// does no more for them than to say that there is a new revision.
//
// Revisions that come faster than they are looked at are taken together. After a look at new
// revisions the thread rests, so that watching takes a bounded part of the machine however fast
// records come in.
//
// Thread-safe. Outlives the gRPC server.
class SegmentWatches {
 public:
  struct Options {
    // One more is refused with RESOURCE_EXHAUSTED.
    size_t max_watches = 1'000;
    // A reader who has not taken a message for so long is cut off with RESOURCE_EXHAUSTED
    // "SLOW_READER".
    std::chrono::milliseconds write_patience{30'000};
    // One who then does not even take that for so long is cancelled, and what is kept for it goes.
    std::chrono::milliseconds end_patience{30'000};
    // At least so long from one look at new revisions to the next...
    std::chrono::milliseconds rest{10};
    // ... and at least so many times as long as the last one took.
    int rest_factor = 4;
    // How often slow readers and deleted workspaces are looked for.
    std::chrono::milliseconds inspection{250};
  };

  explicit SegmentWatches(const Options& options) : options_(options) {}
  SegmentWatches() : SegmentWatches(Options()) {}
  ~SegmentWatches();  // calls Stop
  SegmentWatches(const SegmentWatches&) = delete;
  SegmentWatches& operator=(const SegmentWatches&) = delete;

  // Takes up a call. What is wrong with it shows when it ends. `registry` outlives the call.
  grpc::ServerWriteReactor<v1::WatchSegmentResponse>* Open(grpc::CallbackServerContext& context,
                                                           CallGuard& guard,
                                                           const WorkspaceRegistry& registry,
                                                           const v1::WatchSegmentRequest& request);

  // Ends every call with UNAVAILABLE, also those still to come.
  void Drain();

  // Ends the thread and lets go of every workspace. Once gRPC is done with every call.
  void Stop();

 private:
  friend class SegmentWatch;
  using WatchPtr = std::shared_ptr<SegmentWatch>;
  using Time = SegmentWatch::Time;

  // A workspace that calls watch.
  struct Followed {
    WorkspacePtr workspace;
    std::function<void()> stop_observing;
    std::set<WatchPtr> watches;
  };
  // What happened since the thread looked last.
  struct News {
    std::deque<WatchPtr> woken;
    absl::flat_hash_set<const Workspace*> published;
    bool draining = false, stopping = false;
  };

  // From gRPC's threads: something happened to this call.
  void Wake(WatchPtr watch);
  // From a writer's thread.
  void OnPublished(const Workspace* workspace);

  // Everything below belongs to the thread.
  void Run();
  News Take(Time until);
  void TakeIn(const News& news);
  // Does what can be done for a call now: writes its next message, ends it, or has it wait.
  void Serve(const WatchPtr& watch);
  void WaitForRound(const WatchPtr& watch);
  // One look at new revisions, for every call that waits for it.
  void RunRound();
  void Evaluate(const WatchPtr& watch);
  absl::Status Compute(const WatchPtr& watch);
  // Stops a computation that nobody waits for any more.
  StopToken StopOf(const WatchPtr& watch);
  // Finds the workspace of a new call and follows it.
  absl::Status Begin(const WatchPtr& watch);
  void Inspect(Time now);
  void InspectWorkspaces();
  void End(const WatchPtr& watch, const absl::Status& status);
  void Unfollow(const WatchPtr& watch);

  const Options options_;

  Mutex mutex_;
  CondVar changed_;
  News news_ ABSL_GUARDED_BY(mutex_);
  size_t open_ ABSL_GUARDED_BY(mutex_) = 0;  // calls that count against max_watches
  std::thread thread_ ABSL_GUARDED_BY(mutex_);

  MembershipCache cache_;
  std::set<WatchPtr> watches_;  // that gRPC is not done with
  std::map<const Workspace*, Followed> followed_;
  std::deque<WatchPtr> round_;  // wait for the next look at new revisions
  bool draining_ = false;
  Time next_round_, next_inspection_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_SEGMENT_WATCHES_H_
