#include "strata/segment_watcher.h"

#include <optional>

#include "strata/error.h"
#include "strata/retry.h"

namespace strata {
namespace {

using Response = v1::WatchSegmentResponse;

// Adds the events of a message. True when it said CAUGHT_UP.
bool Add(const Response& message, SegmentChanges& changes) {
  changes.revision = message.revision();
  changes.as_of = message.as_of();
  for (const Response::Event& event : message.events()) {
    switch (event.kind()) {
      case Response::KIND_RESET:
        changes.reset = true;
        changes.events.clear();
        break;
      case Response::KIND_CAUGHT_UP:
        return true;
      default:
        changes.events.push_back(event);
    }
  }
  return false;
}

}  // namespace

absl::Status SegmentWatcher::Run(const std::function<bool(const SegmentChanges&)>& each) {
  for (failures_ = 0;;) {
    bool ended = false;
    const absl::Status status = RunCall(each, ended);
    if (ended) return absl::OkStatus();
    const std::optional<absl::Duration> named = ErrorDetails::FromStatus(status).retry_delay;
    // Nobody here cancels a call; a server whose time to drain is over does.
    const bool resumable = absl::IsUnavailable(status) || absl::IsCancelled(status) ||
                           (absl::IsResourceExhausted(status) && named.has_value());
    if (!resumable || ++failures_ >= options_.retry.max_attempts) return status;
    const RetryEnvironment& environment = options_.retry_environment;
    const absl::Duration pause =
        named.value_or(PauseAfter(options_.retry, failures_, environment.random()));
    if (options_.on_retry) options_.on_retry(status, pause);
    environment.sleep(pause);
  }
}

absl::Status SegmentWatcher::RunCall(const std::function<bool(const SegmentChanges&)>& each,
                                     bool& ended) {
  v1::WatchSegmentRequest request;
  request.set_workspace(options_.workspace);
  request.set_segment(options_.segment);
  request.set_after_revision(revision_);
  for (const std::string& field : options_.fields) request.add_fields(field);
  SegmentChanges changes;
  const absl::Status status = client_.WatchSegment(
      request,
      [&](const Response& message) {
        if (!Add(message, changes)) return true;
        revision_ = changes.revision;
        failures_ = 0;
        ended = !each(changes);
        changes = SegmentChanges();
        return !ended;
      },
      options_.call);
  // A server that ends a watch well has nothing more to say; nobody else ends one so.
  if (status.ok() && !ended) return absl::UnavailableError("the server ended the watch");
  return status;
}

}  // namespace strata
