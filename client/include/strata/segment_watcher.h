#ifndef STRATA_SEGMENT_WATCHER_H_
#define STRATA_SEGMENT_WATCHER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "strata/client.h"

namespace strata {

// What happened to a segment's members up to one revision.
struct SegmentChanges {
  int64_t revision = 0;
  std::string as_of;
  // Forget what you know: `events` has every member as one who enters.
  bool reset = false;
  // KIND_ENTER and KIND_LEAVE, nobody twice. May be empty: nobody moved.
  std::vector<v1::WatchSegmentResponse::Event> events;
};

struct SegmentWatcherOptions {
  std::string workspace;
  std::string segment;              // "tier/strategic", "at-risk"
  std::vector<std::string> fields;  // values to send with each event
  // Go on after this revision; 0, or one that is no longer held, begins with a reset.
  int64_t after_revision = 0;

  // Of each call; without a timeout a call lasts until it breaks.
  CallOptions call;
  // Patience with a server that goes away: attempts between two changes, by default for some ten
  // minutes, in which a large folder is opened again.
  RetryPolicy retry = {.max_attempts = 150};
  RetryEnvironment retry_environment;
  // Told before each pause between two calls, if set.
  std::function<void(const absl::Status& broken, absl::Duration pause)> on_retry;
};

// Follows who enters and leaves a segment. What a call tells counts from its CAUGHT_UP on, so the
// changes of one revision are handed over together, and what a broken call has told in part is
// told anew by the next one. Goes on by itself after UNAVAILABLE, and where this reader was cut off
// because it was slow.
//
//   std::set<std::string> members;
//   SegmentWatcher watcher(client, {.workspace = "sales", .segment = "tier/strategic"});
//   absl::Status status = watcher.Run([&](const SegmentChanges& changes) {
//     if (changes.reset) members.clear();
//     for (const auto& event : changes.events) ...
//     return true;
//   });
//
// Used from one thread.
class SegmentWatcher {
 public:
  SegmentWatcher(Client client, SegmentWatcherOptions options)
      : client_(std::move(client)),
        options_(std::move(options)),
        revision_(options_.after_revision) {}

  // Blocks and calls `each` with every change in turn. OK when `each` has returned false; else why
  // it cannot go on: NOT_FOUND when segment or workspace is deleted. May be called again, and then
  // goes on where it stood.
  absl::Status Run(const std::function<bool(const SegmentChanges&)>& each);

  // The last revision that was handed over, for after_revision of another watcher.
  int64_t revision() const { return revision_; }

 private:
  // One call. `ended` is set when `each` wanted no more.
  absl::Status RunCall(const std::function<bool(const SegmentChanges&)>& each, bool& ended);

  Client client_;
  const SegmentWatcherOptions options_;
  int64_t revision_;
  int failures_ = 0;  // since the last change
};

}  // namespace strata

#endif  // STRATA_SEGMENT_WATCHER_H_
