#include "server/workspace/registry.h"

#include <algorithm>
#include <exception>
#include <map>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "server/base/error.h"
#include "server/base/mutex.h"
#include "server/base/status_macros.h"
#include "server/domain/nearest_names.h"
#include "server/domain/unicode.h"
#include "server/store/sqlite/schema.h"
#include "server/store/sqlite/server_db.h"
#include "server/workspace/data_folder.h"
#include "server/workspace/open_workspace.h"
#include "server/workspace/settings_rules.h"

namespace strata {
namespace {

using State = store::ServerDb::WorkspaceState;

absl::Status ServerFileFault(const absl::Status& cause) {
  if (FactsOf(cause).reason == store::kOtherSchema) return cause;
  if (cause.code() == absl::StatusCode::kPermissionDenied) {
    return WithReason(cause, "NO_PERMISSION");
  }
  return WithReason(
      absl::DataLossError(absl::StrCat(
          cause.message(),
          "; this file lists the workspaces and who was erased: restore it from a backup")),
      "SERVER_FILE_DAMAGED");
}

// Why a workspace is not served and what to do, in words that name no folder of the machine.
absl::Status WorkspaceFault(absl::string_view name, const DataFolder& folder,
                            const absl::Status& cause) {
  absl::string_view reason = "WORKSPACE_DAMAGED";
  absl::string_view advice =
      "restore the file from a backup, without the -wal and -shm of this one, and start the server "
      "again, or delete the workspace by force";
  if (FactsOf(cause).reason == store::kOtherSchema) {
    reason = "WORKSPACE_SCHEMA";
    advice = "then start the server again";
  } else if (cause.code() == absl::StatusCode::kPermissionDenied) {
    reason = "WORKSPACE_NO_ACCESS";
    advice = "let the server's user read and write the file, and start the server again";
  } else if (cause.code() == absl::StatusCode::kNotFound) {
    reason = "WORKSPACE_FILE_MISSING";
  }
  std::string fault =
      absl::StrReplaceAll(cause.message(), {{absl::StrCat(folder.path(), "/workspaces/"), ""}});
  const std::string file = absl::StrCat(name, ".db");
  if (!absl::StrContains(fault, file)) fault = absl::StrCat(file, ": ", fault);
  fault = Printable(fault);  // it may repeat what the file holds
  return WithMetadata(
      WithReason(absl::FailedPreconditionError(absl::StrCat(
                     "workspace \"", name, "\" cannot be served: ", fault, "; ", advice)),
                 reason),
      "workspace", name);
}

class FolderRegistry : public WorkspaceRegistry {
 public:
  FolderRegistry(std::unique_ptr<DataFolder> folder, const WorkspaceOptions& options)
      : options_(options), folder_(std::move(folder)) {}
  ~FolderRegistry() override { Drain(); }

  absl::Status OpenAll();

  absl::StatusOr<WorkspacePtr> Create(const WorkspaceSettings& settings) override;
  absl::StatusOr<WorkspacePtr> Find(absl::string_view name) const override;
  std::vector<WorkspacePtr> List() const override;
  std::map<std::string, absl::Status> Unserved() const override;
  const std::vector<std::string>& remarks() const override { return remarks_; }
  void TellPresence(Presence told) override;
  absl::StatusOr<WorkspacePtr> Update(
      absl::string_view name,
      const std::function<absl::Status(WorkspaceSettings&)>& change) override;
  absl::Status Delete(absl::string_view name, bool force) override;
  void Drain() override;

 private:
  using OpenPtr = std::shared_ptr<OpenWorkspace>;

  absl::StatusOr<OpenPtr> FindOpen(absl::string_view name) const;
  absl::StatusOr<OpenPtr> TryOpen(const std::string& name);
  absl::Status RemoveForGood(const std::string& name);
  // Forgets a workspace of either kind and tells so.
  void Forget(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  absl::Status DeleteUnserved(const std::string& name, bool force)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);

  const WorkspaceOptions options_;
  const std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<store::ServerDb> server_db_;
  std::vector<std::string> remarks_;

  // Held while workspaces come and go, so that no two of these cross.
  Mutex change_mutex_;
  Presence presence_ ABSL_GUARDED_BY(change_mutex_);
  mutable Mutex mutex_;
  std::map<std::string, OpenPtr, std::less<>> workspaces_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Status, std::less<>> unserved_ ABSL_GUARDED_BY(mutex_);
  bool drained_ ABSL_GUARDED_BY(mutex_) = false;
};

absl::Status FolderRegistry::OpenAll() {
  const bool read_only = folder_->read_only();
  absl::StatusOr<std::unique_ptr<store::ServerDb>> server_db = store::ServerDb::Open(
      folder_->ServerFile(), read_only ? store::OpenMode::kFrozen : store::OpenMode::kCreate);
  if (!server_db.ok()) return ServerFileFault(server_db.status());
  server_db_ = *std::move(server_db);
  const absl::StatusOr<std::vector<store::ServerDb::WorkspaceEntry>> entries =
      server_db_->Workspaces();
  if (!entries.ok()) return ServerFileFault(entries.status());
  absl::flat_hash_set<std::string> names;
  for (const store::ServerDb::WorkspaceEntry& entry : *entries) {
    names.insert(entry.name);
    // A crash came in between: nobody was told that it exists, or somebody that it is gone.
    if (entry.state != State::kReady) {
      if (read_only) continue;
      const absl::Status removed = RemoveForGood(entry.name);
      if (!removed.ok()) remarks_.emplace_back(removed.message());
      continue;
    }
    absl::StatusOr<OpenPtr> workspace = TryOpen(entry.name);
    MutexLock lock(mutex_);
    if (workspace.ok()) {
      workspaces_.emplace(entry.name, *std::move(workspace));
    } else {
      unserved_.emplace(entry.name, WorkspaceFault(entry.name, *folder_, workspace.status()));
    }
  }
  for (std::string& remark : folder_->Tidy(names)) remarks_.push_back(std::move(remark));
  return absl::OkStatus();
}

absl::StatusOr<FolderRegistry::OpenPtr> FolderRegistry::TryOpen(const std::string& name) {
  const store::OpenMode mode =
      folder_->read_only() ? store::OpenMode::kFrozen : store::OpenMode::kReadWrite;
  try {
    return OpenWorkspace::Open(folder_->WorkspaceFile(name), name, mode, *server_db_, options_);
  } catch (const std::exception& error) {
    // What a damaged file says can be more than any memory holds.
    return absl::DataLossError(absl::StrCat(folder_->WorkspaceFile(name), ": ", error.what()));
  }
}

absl::Status FolderRegistry::RemoveForGood(const std::string& name) {
  STRATA_RETURN_IF_ERROR(store::RemoveWorkspaceFiles(folder_->WorkspaceFile(name)));
  return server_db_->RemoveWorkspace(name);
}

absl::StatusOr<WorkspacePtr> FolderRegistry::Create(const WorkspaceSettings& settings) {
  STRATA_RETURN_IF_ERROR(ValidateSettings(settings));
  WorkspaceSettings normal = settings;
  Normalize(normal);
  if (folder_->read_only()) return ReadOnlyFolder();
  MutexLock change_lock(change_mutex_);
  {
    MutexLock lock(mutex_);
    if (drained_) {
      return WithReason(absl::UnavailableError("the server is shutting down"), "DRAINING");
    }
    if (workspaces_.contains(normal.name) || unserved_.contains(normal.name)) {
      return WithReason(absl::AlreadyExistsError(
                            absl::StrCat("there is a workspace \"", normal.name, "\" already")),
                        "WORKSPACE_EXISTS");
    }
  }
  STRATA_RETURN_IF_ERROR(
      server_db_->SetWorkspace(normal.name, State::kCreating, options_.clock->NowMillis()));
  absl::StatusOr<OpenPtr> workspace =
      OpenWorkspace::Create(folder_->WorkspaceFile(normal.name), normal, *server_db_, options_);
  absl::Status status = workspace.status();
  if (status.ok()) {
    status = server_db_->SetWorkspace(normal.name, State::kReady, options_.clock->NowMillis());
  }
  if (!status.ok()) {
    // A file that was there before, without an entry, is someone's: it stays.
    if (status.code() == absl::StatusCode::kAlreadyExists) {
      server_db_->RemoveWorkspace(normal.name).IgnoreError();
      return absl::FailedPreconditionError(status.message());
    }
    if (workspace.ok()) (*workspace)->Drain();
    RemoveForGood(normal.name).IgnoreError();
    return status;
  }
  {
    MutexLock lock(mutex_);
    workspaces_.emplace(normal.name, *workspace);
  }
  if (presence_) presence_(normal.name, true);
  return WorkspacePtr(*std::move(workspace));
}

absl::StatusOr<FolderRegistry::OpenPtr> FolderRegistry::FindOpen(absl::string_view name) const {
  MutexLock lock(mutex_);
  const auto found = workspaces_.find(name);
  if (found != workspaces_.end()) return found->second;
  const auto unserved = unserved_.find(name);
  if (unserved != unserved_.end()) return unserved->second;
  std::vector<absl::string_view> names;
  for (const auto& [existing, workspace] : workspaces_) names.push_back(existing);
  const std::string nearest = absl::StrJoin(NearestNames(name, names), ", ");
  const std::string hint = nearest.empty() ? "" : absl::StrCat("; there is ", nearest);
  return WithMetadata(
      WithReason(absl::NotFoundError(absl::StrCat("there is no workspace \"", name, "\"", hint)),
                 "WORKSPACE_NOT_FOUND"),
      "nearest", nearest);
}

absl::StatusOr<WorkspacePtr> FolderRegistry::Find(absl::string_view name) const {
  STRATA_ASSIGN_OR_RETURN(OpenPtr workspace, FindOpen(name));
  return WorkspacePtr(std::move(workspace));
}

std::vector<WorkspacePtr> FolderRegistry::List() const {
  MutexLock lock(mutex_);
  std::vector<WorkspacePtr> list;
  for (const auto& [name, workspace] : workspaces_) list.push_back(workspace);
  return list;
}

std::map<std::string, absl::Status> FolderRegistry::Unserved() const {
  MutexLock lock(mutex_);
  return {unserved_.begin(), unserved_.end()};
}

void FolderRegistry::TellPresence(Presence told) {
  MutexLock change_lock(change_mutex_);
  presence_ = std::move(told);
}

absl::StatusOr<WorkspacePtr> FolderRegistry::Update(
    absl::string_view name, const std::function<absl::Status(WorkspaceSettings&)>& change) {
  STRATA_ASSIGN_OR_RETURN(OpenPtr workspace, FindOpen(name));
  STRATA_RETURN_IF_ERROR(workspace->Update(change));
  return WorkspacePtr(std::move(workspace));
}

absl::Status FolderRegistry::Delete(absl::string_view name, bool force) {
  if (folder_->read_only()) return ReadOnlyFolder();
  MutexLock change_lock(change_mutex_);
  const std::map<std::string, absl::Status> unserved = Unserved();
  if (unserved.contains(std::string(name))) return DeleteUnserved(std::string(name), force);
  STRATA_ASSIGN_OR_RETURN(const OpenPtr workspace, FindOpen(name));
  const image::RevisionPtr revision = workspace->Current();
  const int64_t records = revision->customers + revision->orders + revision->tickets +
                          revision->contracts + revision->surveys;
  if (records > 0 && !force) {
    return WithReason(absl::FailedPreconditionError(
                          absl::StrCat("workspace \"", name, "\" holds ", records,
                                       " records; deleting it with them has to be forced")),
                      "WORKSPACE_NOT_EMPTY");
  }
  STRATA_RETURN_IF_ERROR(
      server_db_->SetWorkspace(name, State::kDeleting, options_.clock->NowMillis()));
  Forget(std::string(name));
  workspace->Drain();
  return RemoveForGood(std::string(name));
}

absl::Status FolderRegistry::DeleteUnserved(const std::string& name, bool force) {
  if (!force) {
    return WithReason(absl::FailedPreconditionError(absl::StrCat(
                          "workspace \"", name,
                          "\" cannot be served, so nobody knows what it holds; deleting it has to "
                          "be forced")),
                      "WORKSPACE_NOT_EMPTY");
  }
  STRATA_RETURN_IF_ERROR(RemoveForGood(name));
  Forget(name);
  return absl::OkStatus();
}

void FolderRegistry::Forget(const std::string& name) {
  {
    MutexLock lock(mutex_);
    workspaces_.erase(name);
    unserved_.erase(name);
  }
  if (presence_) presence_(name, false);
}

void FolderRegistry::Drain() {
  MutexLock change_lock(change_mutex_);
  std::vector<OpenPtr> open;
  {
    MutexLock lock(mutex_);
    drained_ = true;
    for (const auto& [name, workspace] : workspaces_) open.push_back(workspace);
  }
  for (const OpenPtr& workspace : open) workspace->Drain();
  if (server_db_ != nullptr) server_db_->Close();
  folder_->Release();
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkspaceRegistry>> WorkspaceRegistry::Open(
    const std::string& data_dir, const WorkspaceOptions& options) {
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<DataFolder> folder,
                          DataFolder::Open(data_dir, options.folder_use));
  auto registry = std::make_unique<FolderRegistry>(std::move(folder), options);
  STRATA_RETURN_IF_ERROR(registry->OpenAll());
  return std::unique_ptr<WorkspaceRegistry>(std::move(registry));
}

}  // namespace strata
