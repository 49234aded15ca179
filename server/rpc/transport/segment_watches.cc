#include "server/rpc/transport/segment_watches.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/transport/read_scope.h"

namespace strata::rpc {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kNothingToInspect(60'000);

int64_t CaughtUp(SegmentWatch& watch) {
  return watch.state().has_value() ? watch.state()->caught_up() : 0;
}

// How to go on, behind the reason why a call ends.
absl::Status WithPlace(const absl::Status& status, int64_t caught_up) {
  const std::string place = caught_up == 0 ? "" : absl::StrCat(" (at most ", caught_up, ")");
  return WithMetadata(
      absl::Status(status.code(),
                   absl::StrCat(status.message(),
                                "; watch again with after_revision set to the revision of the last "
                                "CAUGHT_UP that was read",
                                place)),
      "after_revision", absl::StrCat(caught_up));
}

absl::Status Draining(int64_t caught_up) {
  return WithReason(WithPlace(absl::UnavailableError("the server is shutting down"), caught_up),
                    "DRAINING");
}

absl::Status SlowReader(milliseconds patience, int64_t caught_up) {
  return WithReason(
      WithPlace(absl::ResourceExhaustedError(absl::StrCat("the reader has taken nothing for ",
                                                          patience.count(), " ms and is cut off")),
                caught_up),
      "SLOW_READER");
}

absl::Status TooMany(size_t limit) {
  return WithReason(
      absl::ResourceExhaustedError(absl::StrCat(limit, " segments are being watched already")),
      "TOO_MANY_CALLS");
}

absl::Status WorkspaceDeleted(const std::string& name) {
  return WithReason(absl::NotFoundError(absl::StrCat("the workspace \"", name, "\" was deleted")),
                    "WORKSPACE_NOT_FOUND");
}

}  // namespace

SegmentWatches::~SegmentWatches() { Stop(); }

grpc::ServerWriteReactor<v1::WatchSegmentResponse>* SegmentWatches::Open(
    grpc::CallbackServerContext& context, CallGuard& guard, const WorkspaceRegistry& registry,
    const v1::WatchSegmentRequest& request) {
  const auto watch = std::make_shared<SegmentWatch>(context, guard, *this, registry, request);
  watch->KeepAlive(watch);
  absl::Status status = watch->Admit();
  if (status.ok()) {
    MutexLock lock(mutex_);
    watch->enlisted_ = open_ < options_.max_watches && !news_.stopping;
    if (watch->enlisted_) {
      ++open_;
      if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
    } else {
      status = TooMany(options_.max_watches);
    }
  }
  if (status.ok()) {
    Wake(watch);
  } else {
    watch->End(status);
  }
  return watch.get();
}

void SegmentWatches::Drain() {
  MutexLock lock(mutex_);
  news_.draining = true;
  changed_.NotifyOne();
}

void SegmentWatches::Stop() {
  std::thread thread;
  {
    MutexLock lock(mutex_);
    news_.stopping = true;
    changed_.NotifyOne();
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

void SegmentWatches::Wake(WatchPtr watch) {
  MutexLock lock(mutex_);
  if (watch->woken_ || !watch->enlisted_) return;
  watch->woken_ = true;
  news_.woken.push_back(std::move(watch));
  changed_.NotifyOne();
}

void SegmentWatches::OnPublished(const Workspace* workspace) {
  MutexLock lock(mutex_);
  if (news_.published.insert(workspace).second) changed_.NotifyOne();
}

SegmentWatches::News SegmentWatches::Take(Time until) {
  News news;
  MutexLock lock(mutex_);
  const bool drained = draining_;
  while (news_.woken.empty() && news_.published.empty() && !news_.stopping &&
         news_.draining == drained) {
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    if (left.count() <= 0) break;
    changed_.WaitFor(mutex_, left);
  }
  std::swap(news.woken, news_.woken);
  std::swap(news.published, news_.published);
  news.draining = news_.draining;
  news.stopping = news_.stopping;
  for (const WatchPtr& watch : news.woken) watch->woken_ = false;
  return news;
}

void SegmentWatches::Run() {
  for (;;) {
    Time until = next_inspection_;
    if (watches_.empty()) until = steady_clock::now() + kNothingToInspect;
    if (!round_.empty()) until = std::min(until, next_round_);
    const News news = Take(until);
    if (news.stopping) break;
    TakeIn(news);
    const Time now = steady_clock::now();
    if (!round_.empty() && now >= next_round_) RunRound();
    if (!watches_.empty() && now >= next_inspection_) Inspect(now);
  }
  while (!followed_.empty()) {
    Followed followed = std::move(followed_.begin()->second);
    followed_.erase(followed_.begin());
    followed.stop_observing();
  }
  round_.clear();
  watches_.clear();
}

void SegmentWatches::TakeIn(const News& news) {
  draining_ = news.draining;
  if (draining_) {
    const std::vector<WatchPtr> all(watches_.begin(), watches_.end());
    for (const WatchPtr& watch : all) End(watch, Draining(CaughtUp(*watch)));
  }
  for (const WatchPtr& watch : news.woken) Serve(watch);
  for (const Workspace* workspace : news.published) {
    const auto found = followed_.find(workspace);
    if (found == followed_.end()) continue;
    for (const WatchPtr& watch : found->second.watches) WaitForRound(watch);
  }
}

void SegmentWatches::Serve(const WatchPtr& watch) {
  const SegmentWatch::Progress progress = watch->progress();
  if (progress.done) {
    if (watches_.erase(watch) == 0) return;
    MutexLock lock(mutex_);
    --open_;
    return;
  }
  watches_.insert(watch);
  if (progress.finished) return;
  // How a watch ends: its caller goes. Nobody reads the status, and the log has nothing to warn of.
  if (progress.cancelled) return End(watch, absl::OkStatus());
  if (draining_) return End(watch, Draining(CaughtUp(*watch)));
  if (progress.writing) return;
  std::optional<SegmentWatchState>& state = watch->state();
  if (!state.has_value()) return WaitForRound(watch);
  if (state->telling()) {
    state->Next(&watch->outgoing());
    return watch->Write();
  }
  if (state->behind()) WaitForRound(watch);
}

void SegmentWatches::WaitForRound(const WatchPtr& watch) {
  if (watch->waits_for_round_) return;
  watch->waits_for_round_ = true;
  round_.push_back(watch);
}

void SegmentWatches::RunRound() {
  std::deque<WatchPtr> round;
  std::swap(round, round_);
  const Time begin = steady_clock::now();
  for (const WatchPtr& watch : round) {
    watch->waits_for_round_ = false;
    Evaluate(watch);
    // A message that can go out now does not wait for the others' computations.
    const News news = Take(Time());
    if (news.stopping) return;
    TakeIn(news);
  }
  cache_.Sweep();
  const Time end = steady_clock::now();
  next_round_ = end + std::max<Time::duration>(options_.rest, (end - begin) * options_.rest_factor);
}

void SegmentWatches::Evaluate(const WatchPtr& watch) {
  const SegmentWatch::Progress progress = watch->progress();
  // Whoever has a message on its way comes back when it has gone out.
  if (progress.finished || progress.writing) return;
  absl::Status status;
  if (!progress.cancelled && !draining_) {
    try {
      status = Compute(watch);
    } catch (const std::exception& error) {
      status = absl::InternalError(absl::StrCat("exception: ", error.what()));
    }
  }
  if (!status.ok() && !watch->progress().cancelled) return End(watch, status);
  Serve(watch);
}

absl::Status SegmentWatches::Compute(const WatchPtr& watch) {
  if (!watch->state().has_value()) STRATA_RETURN_IF_ERROR(Begin(watch));
  SegmentWatchState& state = *watch->state();
  if (state.telling() || !state.behind()) return absl::OkStatus();
  return state.Follow(StopOf(watch));
}

StopToken SegmentWatches::StopOf(const WatchPtr& watch) {
  return StopToken([this, watch, caught_up = CaughtUp(*watch)]() -> absl::Status {
    if (watch->progress().cancelled) return absl::CancelledError("the caller has gone away");
    MutexLock lock(mutex_);
    return news_.draining || news_.stopping ? Draining(caught_up) : absl::OkStatus();
  });
}

absl::Status SegmentWatches::Begin(const WatchPtr& watch) {
  const v1::WatchSegmentRequest& request = watch->request();
  STRATA_ASSIGN_OR_RETURN(const WorkspacePtr workspace,
                          FindWorkspace(watch->registry(), request.workspace()));
  const auto [place, added] = followed_.try_emplace(workspace.get());
  Followed& followed = place->second;
  followed.watches.insert(watch);
  if (added) {
    followed.workspace = workspace;
    // Before the newest revision is looked at, so that none is missed.
    followed.stop_observing = workspace->Observe(
        [this, key = workspace.get()](const image::RevisionPtr&) { OnPublished(key); });
  }
  watch->state().emplace(request, workspace, cache_);
  return watch->state()->Begin(StopOf(watch));
}

void SegmentWatches::Inspect(Time now) {
  next_inspection_ = now + options_.inspection;
  const std::vector<WatchPtr> all(watches_.begin(), watches_.end());
  for (const WatchPtr& watch : all) {
    const SegmentWatch::Progress progress = watch->progress();
    const Time::duration waited = now - progress.since;
    if (progress.finished) {
      if (waited > options_.end_patience) watch->Abort();
    } else if (progress.writing && waited > options_.write_patience) {
      End(watch, SlowReader(options_.write_patience, CaughtUp(*watch)));
    }
  }
  InspectWorkspaces();
}

void SegmentWatches::InspectWorkspaces() {
  std::vector<WatchPtr> orphans;
  for (const auto& [workspace, followed] : followed_) {
    const SegmentWatch& any = **followed.watches.begin();
    const auto found = any.registry().Find(any.request().workspace());
    if (found.ok() && found->get() == workspace) continue;
    orphans.insert(orphans.end(), followed.watches.begin(), followed.watches.end());
  }
  for (const WatchPtr& watch : orphans) {
    End(watch, WorkspaceDeleted(watch->request().workspace()));
  }
}

void SegmentWatches::End(const WatchPtr& watch, const absl::Status& status) {
  if (watch->progress().finished) return;
  watch->End(status);
  Unfollow(watch);
}

void SegmentWatches::Unfollow(const WatchPtr& watch) {
  if (!watch->state().has_value()) return;
  watch->state()->HoldPlace();
  const auto found = followed_.find(watch->state()->workspace().get());
  watch->state().reset();  // what it has computed may be large, and gRPC may take its time
  if (found == followed_.end()) return;
  found->second.watches.erase(watch);
  if (!found->second.watches.empty()) return;
  const Followed last = std::move(found->second);
  followed_.erase(found);
  last.stop_observing();
}

}  // namespace strata::rpc
