#include "server/workspace/revision_history.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata {
namespace {

constexpr size_t kRecentRevisions = 16;
constexpr size_t kHeldRevisions = 64;
constexpr Millis kLifeMillis = 10 * 60 * 1'000;
// How often a waiting reader looks whether it should go on waiting.
constexpr std::chrono::milliseconds kStopCheckInterval(5);

}  // namespace

void RevisionHistory::Publish(image::RevisionPtr revision) {
  std::deque<Kept> dropped;  // destroyed after the lock: blocks may be large
  MutexLock lock(mutex_);
  recent_.push_back({revision, clock_.NowMillis()});
  while (recent_.size() > kRecentRevisions) {
    dropped.push_back(std::move(recent_.front()));
    recent_.pop_front();
  }
  DropExpired();
  current_ = std::move(revision);
  published_.NotifyAll();
}

image::RevisionPtr RevisionHistory::Current() const {
  MutexLock lock(mutex_);
  return current_;
}

absl::StatusOr<image::RevisionPtr> RevisionHistory::AtLeast(
    int64_t min_revision, const std::function<int64_t()>& under_way, const StopToken& stop) const {
  MutexLock lock(mutex_);
  for (;;) {
    if (current_->number >= min_revision) return current_;
    // One more than what is under way: the next batch may be on its way to the queue.
    if (min_revision > current_->number + under_way() + 1) {
      return WithMetadata(
          WithReason(absl::OutOfRangeError(absl::StrCat("min_revision: ", min_revision,
                                                        " was never acknowledged; the newest is ",
                                                        current_->number)),
                     "REVISION_IN_FUTURE"),
          "revision", absl::StrCat(current_->number));
    }
    STRATA_RETURN_IF_ERROR(stop.Check());
    published_.WaitFor(mutex_, kStopCheckInterval);
  }
}

absl::StatusOr<image::RevisionPtr> RevisionHistory::Held(int64_t number) const {
  MutexLock lock(mutex_);
  if (current_->number == number) return current_;
  DropExpired();
  for (const std::deque<Kept>* kept : {&recent_, &held_}) {
    for (const Kept& entry : *kept) {
      if (entry.revision->number == number) return entry.revision;
    }
  }
  return WithReason(
      absl::FailedPreconditionError(absl::StrCat(
          "revision ", number, " is no longer held; ask again without its page token")),
      "REVISION_EXPIRED");
}

void RevisionHistory::Hold(const image::RevisionPtr& revision) {
  MutexLock lock(mutex_);
  const auto same = std::find_if(held_.begin(), held_.end(), [&](const Kept& kept) {
    return kept.revision->number == revision->number;
  });
  if (same != held_.end()) held_.erase(same);
  held_.push_back({revision, clock_.NowMillis()});
  if (held_.size() > kHeldRevisions) held_.pop_front();
}

void RevisionHistory::ForgetOlder() {
  MutexLock lock(mutex_);
  while (recent_.size() > 1) recent_.pop_front();
  held_.clear();
}

void RevisionHistory::DropExpired() const {
  const Millis expired = clock_.NowMillis() - kLifeMillis;
  // Age counts from when a revision was the newest: from when its successor came.
  while (recent_.size() > 1 && recent_[1].since <= expired) recent_.pop_front();
  while (!held_.empty() && held_.front().since <= expired) held_.pop_front();
}

}  // namespace strata
