#ifndef STRATA_SERVER_WORKSPACE_REVISION_HISTORY_H_
#define STRATA_SERVER_WORKSPACE_REVISION_HISTORY_H_

#include <cstdint>
#include <deque>
#include <functional>

#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata {

// The newest revision of a workspace and the older ones that can still be asked for. Thread-safe.
class RevisionHistory {
 public:
  explicit RevisionHistory(const Clock& clock) : clock_(clock) {}

  // Numbers rise from call to call.
  void Publish(image::RevisionPtr revision);
  image::RevisionPtr Current() const;

  // See Workspace::AtLeast. `under_way` returns how many commits the writer may be about to make.
  absl::StatusOr<image::RevisionPtr> AtLeast(int64_t min_revision,
                                             const std::function<int64_t()>& under_way,
                                             const StopToken& stop) const;
  // See Workspace::Held and Workspace::Hold.
  absl::StatusOr<image::RevisionPtr> Held(int64_t number) const;
  void Hold(const image::RevisionPtr& revision);

  // Keeps the newest only.
  void ForgetOlder();

 private:
  struct Kept {
    image::RevisionPtr revision;
    Millis since;
  };
  void DropExpired() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;
  mutable CondVar published_;
  image::RevisionPtr current_ ABSL_GUARDED_BY(mutex_);
  mutable std::deque<Kept> recent_ ABSL_GUARDED_BY(mutex_);  // `current_` is the last of them
  mutable std::deque<Kept> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace strata

#endif  // STRATA_SERVER_WORKSPACE_REVISION_HISTORY_H_
