#include "server/workspace/open_workspace.h"

#include <algorithm>
#include <utility>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/workspace/registry.h"
#include "server/workspace/settings_rules.h"

namespace strata {

absl::StatusOr<std::shared_ptr<OpenWorkspace>> OpenWorkspace::Create(
    const std::string& path, const WorkspaceSettings& settings, store::ServerDb& server_db,
    const WorkspaceOptions& options) {
  std::shared_ptr<OpenWorkspace> workspace(new OpenWorkspace(/*read_only=*/false, options));
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<store::WorkspaceDb> db,
                          store::WorkspaceDb::Create(path, settings, options.clock->NowMillis()));
  STRATA_RETURN_IF_ERROR(workspace->Start(std::move(db), settings.name, server_db));
  return workspace;
}

absl::StatusOr<std::shared_ptr<OpenWorkspace>> OpenWorkspace::Open(
    const std::string& path, const std::string& name, store::OpenMode mode,
    store::ServerDb& server_db, const WorkspaceOptions& options) {
  std::shared_ptr<OpenWorkspace> workspace(
      new OpenWorkspace(mode == store::OpenMode::kFrozen, options));
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<store::WorkspaceDb> db,
                          store::WorkspaceDb::Open(path, mode));
  STRATA_RETURN_IF_ERROR(workspace->Start(std::move(db), name, server_db));
  return workspace;
}

absl::Status OpenWorkspace::Start(std::unique_ptr<store::WorkspaceDb> db, const std::string& name,
                                  store::ServerDb& server_db) {
  STRATA_ASSIGN_OR_RETURN(const store::WorkspaceDb::Times times, db->ReadTimes());
  STRATA_ASSIGN_OR_RETURN(const WorkspaceSettings settings, db->ReadSettings());
  const std::string path = db->connection().path();
  if (settings.name != name) {
    return absl::DataLossError(
        absl::StrCat(path, " is the file of the workspace \"", settings.name, "\""));
  }
  const store::OpenMode reading = db->connection().reading_mode();
  created_time_ = times.created;
  updated_time_ = times.settings_updated;
  STRATA_ASSIGN_OR_RETURN(store::ErasedIds erased, server_db.LoadErasedIds(name));
  STRATA_ASSIGN_OR_RETURN(
      ingest::LoadedWorkspace loaded,
      ingest::Load(std::move(db), std::make_unique<store::ErasedIds>(std::move(erased))));
  {
    MutexLock lock(read_mutex_);
    STRATA_ASSIGN_OR_RETURN(read_db_, store::WorkspaceDb::Open(path, reading));
  }

  ingest::WriterOptions options;
  options.clock = options_.clock;
  options.max_queued_appends = options_.max_queued_appends;
  options.max_queued_bytes = options_.max_queued_bytes;
  ingest::WriterEvents events;
  events.publish = [this](const image::RevisionPtr& revision) { Publish(revision); };
  events.remember_erased = [this, name, &server_db](absl::string_view id) {
    return server_db.RememberErased(name, id, options_.clock->NowMillis());
  };
  events.forget_old_revisions = [this] { history_.ForgetOlder(); };
  STRATA_ASSIGN_OR_RETURN(writer_,
                          ingest::Writer::Start(std::move(loaded), options, std::move(events)));
  return absl::OkStatus();
}

std::shared_ptr<const WorkspaceSettings> OpenWorkspace::settings() const {
  return history_.Current()->settings;
}

absl::StatusOr<image::RevisionPtr> OpenWorkspace::AtLeast(int64_t min_revision,
                                                          const StopToken& stop) const {
  return history_.AtLeast(
      min_revision, [this] { return static_cast<int64_t>(writer_->pending()); }, stop);
}

absl::StatusOr<image::RevisionPtr> OpenWorkspace::Held(int64_t revision) const {
  return history_.Held(revision);
}

void OpenWorkspace::Append(AppendRequest request, AppendDone done) {
  if (read_only_) return done(ReadOnlyFolder(), AppendResult());
  writer_->Append(std::move(request), std::move(done));
}

absl::StatusOr<WriteStreamState> OpenWorkspace::GetWriteStream(absl::string_view id) const {
  MutexLock lock(read_mutex_);
  if (read_db_ == nullptr) {
    return WithReason(absl::UnavailableError("the server is shutting down"), "DRAINING");
  }
  STRATA_ASSIGN_OR_RETURN(std::optional<WriteStreamState> state, read_db_->ledger().FindStream(id));
  if (!state.has_value()) {
    return WithReason(absl::NotFoundError("nothing was ever committed under this write stream"),
                      "WRITE_STREAM_NOT_FOUND");
  }
  STRATA_ASSIGN_OR_RETURN(state->rejections, read_db_->ledger().Rejections(id));
  // A commit that changed no data is stored with the number that the next change will get.
  state->revision = std::min(state->revision, history_.Current()->number);
  return *std::move(state);
}

absl::StatusOr<int64_t> OpenWorkspace::EraseCustomer(absl::string_view id) {
  if (read_only_) return ReadOnlyFolder();
  STRATA_ASSIGN_OR_RETURN(const image::RevisionPtr revision, writer_->Erase(id));
  return revision->number;
}

absl::StatusOr<std::string> OpenWorkspace::RecordIdOf(RecordKind kind, uint32_t key) const {
  MutexLock lock(read_mutex_);
  if (read_db_ == nullptr) {
    return WithReason(absl::UnavailableError("the server is shutting down"), "DRAINING");
  }
  return read_db_->reader().ReadId(kind, key);
}

absl::StatusOr<Millis> OpenWorkspace::OrderTimeOf(uint32_t key) const {
  MutexLock lock(read_mutex_);
  if (read_db_ == nullptr) {
    return WithReason(absl::UnavailableError("the server is shutting down"), "DRAINING");
  }
  store::TextArena arena;
  store::StoredOrder order;
  STRATA_RETURN_IF_ERROR(read_db_->reader().Read(key, arena, order));
  return order.record.order_time;
}

absl::StatusOr<WorkspaceStats> OpenWorkspace::Stats() const {
  const image::RevisionPtr revision = Current();
  WorkspaceStats stats;
  stats.revision = revision->number;
  stats.image_bytes = static_cast<int64_t>(revision->MemoryBytes());
  stats.customers = revision->customers;
  stats.orders = revision->orders;
  stats.order_lines = revision->order_lines;
  stats.tickets = revision->tickets;
  stats.contracts = revision->contracts;
  stats.surveys = revision->surveys;
  stats.commits = writer_->commits();
  MutexLock lock(read_mutex_);
  if (read_db_ == nullptr) {
    return WithReason(absl::UnavailableError("the server is shutting down"), "DRAINING");
  }
  stats.file_bytes = read_db_->FileBytes();
  stats.wal_bytes = read_db_->WalBytes();
  STRATA_ASSIGN_OR_RETURN(stats.write_streams, read_db_->ledger().CountStreams());
  return stats;
}

std::function<void()> OpenWorkspace::Observe(Observer observer) {
  MutexLock lock(observers_->mutex);
  const int64_t number = observers_->next_number++;
  observers_->list.emplace(number, std::move(observer));
  return [observers = observers_, number] {
    MutexLock lock(observers->mutex);
    observers->list.erase(number);
  };
}

void OpenWorkspace::Publish(const image::RevisionPtr& revision) {
  history_.Publish(revision);
  MutexLock lock(observers_->mutex);
  for (const auto& [number, observer] : observers_->list) observer(revision);
}

absl::Status OpenWorkspace::Update(const std::function<absl::Status(WorkspaceSettings&)>& change) {
  if (read_only_) return ReadOnlyFolder();
  return writer_
      ->ChangeSettings([&](const WorkspaceSettings& settings,
                           bool has_records) -> absl::StatusOr<WorkspaceSettings> {
        WorkspaceSettings changed = settings;
        STRATA_RETURN_IF_ERROR(change(changed));
        STRATA_RETURN_IF_ERROR(ValidateSettings(changed));
        STRATA_RETURN_IF_ERROR(CheckChange(settings, changed, has_records));
        Normalize(changed);
        // On the writer's thread nothing can come in between this and the next revision.
        StampSegments(settings.segments, history_.Current()->number + 1,
                      options_.clock->NowMillis(), changed.segments);
        if (changed != settings) updated_time_ = options_.clock->NowMillis();
        return changed;
      })
      .status();
}

absl::Status ReadOnlyFolder() {
  return WithReason(
      absl::FailedPreconditionError(
          "the data folder may only be read: give the right to write in it, or work on a copy"),
      "READ_ONLY");
}

void OpenWorkspace::Drain() {
  MutexLock lock(drain_mutex_);
  if (writer_ != nullptr) writer_->Drain();
  MutexLock read_lock(read_mutex_);
  read_db_ = nullptr;
}

}  // namespace strata
