#include "server/ingest/writer.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/ingest/eraser.h"

namespace strata::ingest {
namespace {

constexpr Millis kPruneEveryMillis = 60'000;
constexpr std::chrono::milliseconds kTruncateInterval(2'000);

absl::Status Draining() {
  return WithReason(absl::UnavailableError("the server is shutting down"), "DRAINING");
}

absl::Status QueueFull() {
  return WithReason(
      absl::ResourceExhaustedError("too many batches wait for this workspace's writer"),
      "QUEUE_FULL");
}

}  // namespace

Writer::Writer(LoadedWorkspace workspace, const WriterOptions& options, WriterEvents events)
    : options_(options),
      events_(std::move(events)),
      workspace_(std::move(workspace)),
      current_(workspace_.revision),
      records_(*workspace_.db, *workspace_.ids, *workspace_.editor, *workspace_.erased),
      batches_(*workspace_.db, *workspace_.ids, records_) {}

absl::StatusOr<std::unique_ptr<Writer>> Writer::Start(LoadedWorkspace workspace,
                                                      const WriterOptions& options,
                                                      WriterEvents events) {
  const std::vector<std::string> to_erase = std::move(workspace.to_erase_again);
  std::unique_ptr<Writer> writer(new Writer(std::move(workspace), options, std::move(events)));
  writer->events_.publish(writer->current_);
  STRATA_RETURN_IF_ERROR(writer->EraseAgain(to_erase));
  writer->thread_ = std::thread([self = writer.get()] { self->Run(); });
  return writer;
}

Writer::~Writer() { Drain(); }

void Writer::Append(AppendRequest request, AppendDone done) {
  AppendDone refuse;
  absl::StatusOr<std::unique_ptr<PreparedAppend>> prepared =
      Prepare(std::move(request), std::move(done), options_.clock->NowMillis());
  absl::Status status = prepared.status();
  if (status.ok()) {
    MutexLock lock(mutex_);
    if (draining_) {
      status = Draining();
    } else if (queued_appends_ >= options_.max_queued_appends ||
               queued_bytes_ + (*prepared)->bytes > options_.max_queued_bytes) {
      status = QueueFull();
    } else {
      ++queued_appends_;
      queued_bytes_ += (*prepared)->bytes;
      pending_.fetch_add(1, std::memory_order_release);
      queue_.push_back({*std::move(prepared), nullptr});
      work_.NotifyOne();
      return;
    }
    refuse = std::move((*prepared)->done);
  } else {
    refuse =
        std::move(done);  // NOLINT(bugprone-use-after-move): Prepare takes it only when it is OK
  }
  refuse(status, AppendResult());
}

void Writer::Run() {
  std::vector<std::unique_ptr<PreparedAppend>> group;
  Control control;
  while (TakeGroup(group, control)) {
    if (control) {
      control();
      control = nullptr;
    } else if (!group.empty()) {
      CommitGroup(group);
      group.clear();
    }
    TruncateWalIfDue();
  }
}

// Waits for work; false when there will be none any more.
bool Writer::TakeGroup(std::vector<std::unique_ptr<PreparedAppend>>& group, Control& control) {
  MutexLock lock(mutex_);
  while (queue_.empty()) {
    if (draining_) return false;
    if (!wal_holds_erased_) {
      work_.Wait(mutex_);
    } else if (!work_.WaitFor(mutex_, kTruncateInterval)) {
      return true;  // with nothing, for the WAL's sake
    }
  }
  size_t records = 0;
  while (!queue_.empty()) {
    Task& task = queue_.front();
    if (task.append == nullptr) {
      if (!group.empty()) return true;
      control = std::move(task.control);
      queue_.pop_front();
      return true;
    }
    const size_t more = task.append->records();
    if (!group.empty() && records + more > options_.group_records) return true;
    records += more;
    --queued_appends_;
    queued_bytes_ -= task.append->bytes;
    group.push_back(std::move(task.append));
    queue_.pop_front();
  }
  return true;
}

void Writer::CommitGroup(std::vector<std::unique_ptr<PreparedAppend>>& group) {
  image::Changes& changes = group_changes_;
  changes.list.clear();
  std::vector<BatchEnd> ends;
  ends.reserve(group.size());
  const Millis now = options_.clock->NowMillis();
  const absl::Status status = StoreGroup(group, now, changes, ends);
  const bool changed =
      status.ok() &&
      std::any_of(ends.begin(), ends.end(), [](const BatchEnd& end) { return end.changed_data; });
  if (changed) Publish(changes, now);
  for (size_t i = 0; i < group.size(); ++i) {
    pending_.fetch_sub(1, std::memory_order_release);
    if (!status.ok()) {
      group[i]->done(StoreFailed(status), AppendResult());
      continue;
    }
    // A repeated request names the revision of its first time, which may have been a guess: see
    // BatchApplier::StartGroup.
    AppendResult& result = ends[i].result;
    const bool known = result.revision > 0 && result.revision < current_->number;
    if (!known) result.revision = current_->number;
    group[i]->done(ends[i].status, std::move(result));
  }
}

absl::Status Writer::StoreGroup(const std::vector<std::unique_ptr<PreparedAppend>>& group,
                                Millis now, image::Changes& changes, std::vector<BatchEnd>& ends) {
  store::WorkspaceDb& db = *workspace_.db;
  Identities& ids = *workspace_.ids;
  size_t orders = 0;
  for (const auto& append : group) orders += append->orders;
  const int64_t next_revision = current_->number + 1;
  records_.StartGroup(*current_, orders, &changes);
  batches_.StartGroup(next_revision, now, &changes);
  const Identities::Mark before = ids.Now();

  const auto store_all = [&]() -> absl::Status {
    STRATA_RETURN_IF_ERROR(db.Begin());
    bool wrote = false, changed = false;
    for (const auto& append : group) {
      const BatchEnd& end = ends.emplace_back(batches_.Apply(*append));
      if (end.group_failed) return end.status;
      wrote |= end.wrote;
      changed |= end.changed_data;
    }
    if (!wrote) {
      db.Rollback();
      return absl::OkStatus();
    }
    STRATA_RETURN_IF_ERROR(PruneRequests(now));
    if (changed) STRATA_RETURN_IF_ERROR(db.ledger().PutCommit({next_revision, now}));
    STRATA_RETURN_IF_ERROR(db.Commit());
    commits_.fetch_add(1, std::memory_order_relaxed);
    return absl::OkStatus();
  };
  const absl::Status status = store_all();
  if (!status.ok()) {
    db.Rollback();
    ids.UndoTo(before);
    changes.list.clear();
  }
  return status;
}

absl::Status Writer::PruneRequests(Millis now) {
  // A clock that was set back must not put this off until it has caught up.
  const bool recent =
      pruned_time_ != kNoTime && now >= pruned_time_ && now - pruned_time_ < kPruneEveryMillis;
  if (recent) return absl::OkStatus();
  pruned_time_ = now;
  STRATA_RETURN_IF_ERROR(workspace_.db->ledger().PruneStreamBatches(now - kRequestLifeMillis));
  return workspace_.db->ledger().PruneRequests(now - kRequestLifeMillis);
}

void Writer::Publish(const image::Changes& changes, Millis commit_time) {
  current_ = workspace_.editor->Apply(changes, current_->number + 1, commit_time);
  workspace_.ids->Keep();
  events_.publish(current_);
}

absl::Status Writer::RunOnWriter(absl::FunctionRef<absl::Status()> work) {
  struct Waiting {
    Mutex mutex;
    CondVar done;
    std::optional<absl::Status> status ABSL_GUARDED_BY(mutex);
  } waiting;
  {
    MutexLock lock(mutex_);
    if (draining_) return Draining();
    queue_.push_back({nullptr, [&waiting, work] {
                        absl::Status status = work();
                        MutexLock lock(waiting.mutex);
                        waiting.status = std::move(status);
                        waiting.done.NotifyOne();
                      }});
    work_.NotifyOne();
  }
  MutexLock lock(waiting.mutex);
  while (!waiting.status.has_value()) waiting.done.Wait(waiting.mutex);
  return *waiting.status;
}

absl::Status Writer::CommitAlone(absl::FunctionRef<absl::Status(image::Changes&)> write) {
  store::WorkspaceDb& db = *workspace_.db;
  const Identities::Mark before = workspace_.ids->Now();
  const Millis now = options_.clock->NowMillis();
  image::Changes changes;
  const auto store = [&]() -> absl::Status {
    STRATA_RETURN_IF_ERROR(db.Begin());
    STRATA_RETURN_IF_ERROR(write(changes));
    STRATA_RETURN_IF_ERROR(db.ledger().PutCommit({current_->number + 1, now}));
    return db.Commit();
  };
  if (absl::Status status = store(); !status.ok()) {
    db.Rollback();
    workspace_.ids->UndoTo(before);
    return StoreFailed(status);
  }
  commits_.fetch_add(1, std::memory_order_relaxed);
  Publish(changes, now);
  return absl::OkStatus();
}

absl::StatusOr<image::RevisionPtr> Writer::ChangeSettings(const SettingsChange& change) {
  image::RevisionPtr revision;
  STRATA_RETURN_IF_ERROR(RunOnWriter([&]() -> absl::Status {
    STRATA_RETURN_IF_ERROR(ChangeSettingsNow(change));
    revision = current_;
    return absl::OkStatus();
  }));
  return revision;
}

absl::Status Writer::ChangeSettingsNow(const SettingsChange& change) {
  const bool has_records = current_->customers + current_->orders + current_->tickets +
                               current_->contracts + current_->surveys >
                           0;
  STRATA_ASSIGN_OR_RETURN(WorkspaceSettings changed, change(*current_->settings, has_records));
  if (changed == *current_->settings) return absl::OkStatus();
  return CommitAlone([&](image::Changes& changes) {
    changes.settings = std::make_shared<const WorkspaceSettings>(changed);
    return workspace_.db->WriteSettings(changed, options_.clock->NowMillis());
  });
}

absl::StatusOr<image::RevisionPtr> Writer::Erase(absl::string_view id) {
  image::RevisionPtr revision;
  STRATA_RETURN_IF_ERROR(RunOnWriter([&]() -> absl::Status {
    STRATA_RETURN_IF_ERROR(EraseNow(id));
    revision = current_;
    return absl::OkStatus();
  }));
  return revision;
}

absl::Status Writer::EraseNow(absl::string_view id) {
  Identities& ids = *workspace_.ids;
  const image::Slot slot = ids.FindCustomer(HashId(id), id);
  if (slot == image::kNoSlot) {
    return WithReason(absl::NotFoundError("there is no customer of this id"), "CUSTOMER_NOT_FOUND");
  }
  STRATA_RETURN_IF_ERROR(events_.remember_erased(id));
  workspace_.erased->Add(id);
  // Should the transaction fail, nothing more may be said about the customer all the same.
  records_.SetErasing(slot);
  STRATA_RETURN_IF_ERROR(CommitAlone([&](image::Changes& changes) {
    return EraseRows(slot, *current_, *workspace_.db, ids, changes);
  }));
  records_.ClearErasing(slot);
  wal_holds_erased_ = true;
  next_truncate_ = {};
  TruncateWalIfDue();
  events_.forget_old_revisions();
  return absl::OkStatus();
}

absl::Status Writer::EraseAgain(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) STRATA_RETURN_IF_ERROR(EraseNow(id));
  return absl::OkStatus();
}

// A reader outside can stand in the way for as long as it likes, so this is tried again and again,
// between groups and while there is nothing to do.
void Writer::TruncateWalIfDue() {
  if (!wal_holds_erased_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_truncate_) return;
  wal_holds_erased_ = !workspace_.db->connection().TruncateWal().ok();
  next_truncate_ = now + kTruncateInterval;
}

void Writer::Drain() {
  {
    MutexLock lock(mutex_);
    draining_ = true;
    work_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
  workspace_.db = nullptr;
}

}  // namespace strata::ingest
