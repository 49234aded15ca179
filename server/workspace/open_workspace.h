#ifndef STRATA_SERVER_WORKSPACE_OPEN_WORKSPACE_H_
#define STRATA_SERVER_WORKSPACE_OPEN_WORKSPACE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "server/base/mutex.h"
#include "server/ingest/writer.h"
#include "server/store/sqlite/server_db.h"
#include "server/store/sqlite/workspace_db.h"
#include "server/workspace/revision_history.h"
#include "server/workspace/workspace.h"

namespace strata {

// A workspace whose file is open in this process: joins the writer, the history of revisions and a
// connection of its own for reading what the image does not hold.
class OpenWorkspace : public Workspace {
 public:
  // Makes the file.
  static absl::StatusOr<std::shared_ptr<OpenWorkspace>> Create(const std::string& path,
                                                               const WorkspaceSettings& settings,
                                                               store::ServerDb& server_db,
                                                               const WorkspaceOptions& options);
  // Opens the file (kReadWrite or kFrozen) and builds its image. Every change to a frozen one is
  // refused: FAILED_PRECONDITION, reason READ_ONLY.
  static absl::StatusOr<std::shared_ptr<OpenWorkspace>> Open(const std::string& path,
                                                             const std::string& name,
                                                             store::OpenMode mode,
                                                             store::ServerDb& server_db,
                                                             const WorkspaceOptions& options);

  std::shared_ptr<const WorkspaceSettings> settings() const override;
  Millis created_time() const override { return created_time_; }
  Millis updated_time() const override { return updated_time_.load(); }
  image::RevisionPtr Current() const override { return history_.Current(); }
  absl::StatusOr<image::RevisionPtr> AtLeast(int64_t min_revision,
                                             const StopToken& stop) const override;
  absl::StatusOr<image::RevisionPtr> Held(int64_t revision) const override;
  void Hold(const image::RevisionPtr& revision) override { history_.Hold(revision); }
  void Append(AppendRequest request, AppendDone done) override;
  absl::StatusOr<WriteStreamState> GetWriteStream(absl::string_view id) const override;
  absl::StatusOr<int64_t> EraseCustomer(absl::string_view id) override;
  absl::StatusOr<std::string> RecordIdOf(RecordKind kind, uint32_t key) const override;
  absl::StatusOr<Millis> OrderTimeOf(uint32_t key) const override;
  absl::StatusOr<WorkspaceStats> Stats() const override;
  std::function<void()> Observe(Observer observer) override;

  // For the registry. `change` as in WorkspaceRegistry::Update.
  absl::Status Update(const std::function<absl::Status(WorkspaceSettings&)>& change);
  // Lets the queue run empty and closes the file. Revisions stay readable.
  void Drain();

 private:
  // Shared with the functions that end an observation, which may outlive the workspace.
  struct Observers {
    Mutex mutex;
    int64_t next_number ABSL_GUARDED_BY(mutex) = 0;
    std::map<int64_t, Observer> list ABSL_GUARDED_BY(mutex);
  };

  OpenWorkspace(bool read_only, const WorkspaceOptions& options)
      : read_only_(read_only), options_(options), history_(*options.clock) {}
  absl::Status Start(std::unique_ptr<store::WorkspaceDb> db, const std::string& name,
                     store::ServerDb& server_db);
  void Publish(const image::RevisionPtr& revision);

  const bool read_only_;
  const WorkspaceOptions options_;
  RevisionHistory history_;
  std::shared_ptr<Observers> observers_ = std::make_shared<Observers>();
  Millis created_time_ = kNoTime;
  std::atomic<Millis> updated_time_{kNoTime};

  mutable Mutex read_mutex_;
  mutable std::unique_ptr<store::WorkspaceDb> read_db_ ABSL_GUARDED_BY(read_mutex_);

  Mutex drain_mutex_;
  std::unique_ptr<ingest::Writer> writer_;  // last: its thread uses everything above
};

// Why nothing can be changed in a folder that may only be read.
absl::Status ReadOnlyFolder();

}  // namespace strata

#endif  // STRATA_SERVER_WORKSPACE_OPEN_WORKSPACE_H_
