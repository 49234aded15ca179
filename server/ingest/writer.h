#ifndef STRATA_SERVER_INGEST_WRITER_H_
#define STRATA_SERVER_INGEST_WRITER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/domain/settings.h"
#include "server/image/revision.h"
#include "server/ingest/append.h"
#include "server/ingest/batch_applier.h"
#include "server/ingest/loader.h"
#include "server/ingest/prepared_append.h"
#include "server/ingest/record_applier.h"

namespace strata::ingest {

struct WriterOptions {
  const Clock* clock = &Clock::System();
  // Appends that wait; one more is refused with RESOURCE_EXHAUSTED.
  size_t max_queued_appends = 1'024;
  size_t max_queued_bytes = 256 << 20;
  // A group takes waiting batches until it holds this many records. More costs latency and saves
  // little: a commit of 20,000 orders takes some 5 ms of 30.
  size_t group_records = 20'000;
};

// What the writer asks of the workspace around it. Called on the writer thread.
struct WriterEvents {
  // A new revision; its data is durable.
  std::function<void(const image::RevisionPtr&)> publish;
  // Remembers an erased customer's id, durably, before a row of theirs is removed.
  std::function<absl::Status(absl::string_view id)> remember_erased;
  // An erasure is complete: older revisions must not be handed out any more.
  std::function<void()> forget_old_revisions;
};

// The one writer of a workspace: a thread that takes the waiting batches of all producers together
// into one transaction, a savepoint each, commits, applies the changes to the image, publishes the
// revision and calls back. A failed commit fails its batches and leaves the writer working.
class Writer {
 public:
  // Erases again whom a restored file may have brought back, then starts the thread.
  static absl::StatusOr<std::unique_ptr<Writer>> Start(LoadedWorkspace workspace,
                                                       const WriterOptions& options,
                                                       WriterEvents events);
  // Drains.
  ~Writer();

  // See Workspace::Append.
  void Append(AppendRequest request, AppendDone done);

  // Applies `change` to a copy of the settings; returns the newest revision. Waits for its turn.
  // The error is `change`'s own, or STORE_FAILED.
  using SettingsChange = std::function<absl::StatusOr<WorkspaceSettings>(
      const WorkspaceSettings& settings, bool has_records)>;
  absl::StatusOr<image::RevisionPtr> ChangeSettings(const SettingsChange& change);

  // See Workspace::EraseCustomer. Waits for its turn.
  absl::StatusOr<image::RevisionPtr> Erase(absl::string_view id);

  // Refuses what comes from now on, lets the queue run empty, ends the thread and closes the file.
  void Drain();

  // Appends that wait or are at work.
  size_t pending() const { return pending_.load(std::memory_order_acquire); }
  int64_t commits() const { return commits_.load(std::memory_order_relaxed); }

 private:
  using Control = absl::AnyInvocable<void()>;
  // Either an append or something to run between two groups.
  struct Task {
    std::unique_ptr<PreparedAppend> append;
    Control control;
  };

  Writer(LoadedWorkspace workspace, const WriterOptions& options, WriterEvents events);
  void Run();
  bool TakeGroup(std::vector<std::unique_ptr<PreparedAppend>>& group, Control& control);
  absl::Status RunOnWriter(absl::FunctionRef<absl::Status()> work);

  void CommitGroup(std::vector<std::unique_ptr<PreparedAppend>>& group);
  // Everything up to and with the commit. On failure the transaction is taken back.
  absl::Status StoreGroup(const std::vector<std::unique_ptr<PreparedAppend>>& group, Millis now,
                          image::Changes& changes, std::vector<BatchEnd>& ends);
  absl::Status PruneRequests(Millis now);

  absl::Status ChangeSettingsNow(const SettingsChange& change);
  absl::Status EraseNow(absl::string_view id);
  absl::Status EraseAgain(const std::vector<std::string>& ids);
  void TruncateWalIfDue();
  // Runs `write` as a transaction of its own and publishes the changes it made.
  absl::Status CommitAlone(absl::FunctionRef<absl::Status(image::Changes& changes)> write);
  // `commit_time` as it was stored with them.
  void Publish(const image::Changes& changes, Millis commit_time);

  const WriterOptions options_;
  const WriterEvents events_;

  // Of the writer thread.
  LoadedWorkspace workspace_;
  image::RevisionPtr current_;
  RecordApplier records_;
  BatchApplier batches_;
  Millis pruned_time_ = kNoTime;
  image::Changes group_changes_;  // kept for its memory
  bool wal_holds_erased_ = false;
  std::chrono::steady_clock::time_point next_truncate_ = {};

  std::atomic<size_t> pending_{0};
  std::atomic<int64_t> commits_{0};

  Mutex mutex_;
  CondVar work_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queued_appends_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_WRITER_H_
