#ifndef STRATA_SERVER_WORKSPACE_WORKSPACE_H_
#define STRATA_SERVER_WORKSPACE_WORKSPACE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/base/stop.h"
#include "server/domain/record.h"
#include "server/domain/settings.h"
#include "server/image/revision.h"
#include "server/ingest/append.h"
#include "server/store/sqlite/write_stream.h"

namespace strata {

struct WorkspaceStats {
  int64_t revision = 0;
  int64_t file_bytes = 0, wal_bytes = 0, image_bytes = 0;
  int64_t customers = 0, orders = 0, order_lines = 0, tickets = 0, contracts = 0, surveys = 0;
  int64_t write_streams = 0;
  int64_t commits = 0;  // since the server started
};

// What may be done to a data folder that is opened.
enum class FolderUse {
  kMake,      // it is made when it is missing; its parent must be there
  kExisting,  // it must hold data; nothing is made
  kReadable,  // it must hold data; where it may not be written, as on a read-only copy, it is read
};

struct WorkspaceOptions {
  FolderUse folder_use = FolderUse::kMake;
  const Clock* clock = &Clock::System();
  // Appends that wait for the writer; one more is refused with RESOURCE_EXHAUSTED.
  size_t max_queued_appends = 1'024;
  size_t max_queued_bytes = 256 << 20;
};

// One open workspace: its SQLite file, its one writer thread and its current revision. Thread-safe.
class Workspace {
 public:
  virtual ~Workspace() = default;

  virtual std::shared_ptr<const WorkspaceSettings> settings() const = 0;
  virtual Millis created_time() const = 0;
  virtual Millis updated_time() const = 0;

  // The newest revision.
  virtual image::RevisionPtr Current() const = 0;

  // The newest revision once its number is at least `min_revision` (0: at once). Waits as long as
  // `stop` allows; OUT_OF_RANGE when the number lies beyond any revision that was ever announced
  // by more than the writer could be about to commit, DEADLINE_EXCEEDED or CANCELLED from `stop`.
  virtual absl::StatusOr<image::RevisionPtr> AtLeast(int64_t min_revision,
                                                     const StopToken& stop) const = 0;

  // An older revision that is still held: the last 16 and those passed to Hold, for at most 10
  // minutes. FAILED_PRECONDITION "REVISION_EXPIRED" when it is gone.
  virtual absl::StatusOr<image::RevisionPtr> Held(int64_t revision) const = 0;

  // Keeps a revision for Held beyond the next 16, because a page token names it. At most 64 are
  // kept in this way, the latest ones.
  virtual void Hold(const image::RevisionPtr& revision) {}

  // Stores a batch; `done` is called exactly once, from the writer thread, when the commit is
  // durable and its revision published, or when the batch was refused:
  // RESOURCE_EXHAUSTED the queue is full (called on the caller's thread), OUT_OF_RANGE a wrong
  // offset, INVALID_ARGUMENT a bad record under OnError::kFail or a request id reused, with the
  // rejections in `result`, UNAVAILABLE draining, INTERNAL the store failed (disk full).
  // `result` is filled as far as it is known also on failure (rejections, next_offset).
  using AppendDone = strata::AppendDone;
  virtual void Append(AppendRequest request, AppendDone done) = 0;

  // NOT_FOUND when no batch ever came under this id.
  virtual absl::StatusOr<WriteStreamState> GetWriteStream(absl::string_view id) const = 0;

  // Removes a person with every fact of theirs and remembers the id, so that neither a late record
  // nor a restored backup brings them back. NOT_FOUND when there is no such customer. Returns the
  // revision without them.
  virtual absl::StatusOr<int64_t> EraseCustomer(absl::string_view id) = 0;

  // What the image does not hold of a record that it names by key, as stored now: the sender's id,
  // and the instant of an order (the image keeps its day). NOT_FOUND once it is deleted.
  virtual absl::StatusOr<std::string> RecordIdOf(RecordKind kind, uint32_t key) const = 0;
  virtual absl::StatusOr<Millis> OrderTimeOf(uint32_t key) const = 0;

  virtual absl::StatusOr<WorkspaceStats> Stats() const = 0;

  // Tells `observer`, on the writer thread, of each new revision. Returns a function that ends it:
  // once that has returned the observer is not called any more. Neither may be called from within
  // an observer.
  using Observer = std::function<void(const image::RevisionPtr&)>;
  virtual std::function<void()> Observe(Observer observer) = 0;
};

using WorkspacePtr = std::shared_ptr<Workspace>;

}  // namespace strata

#endif  // STRATA_SERVER_WORKSPACE_WORKSPACE_H_
