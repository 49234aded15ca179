#include "server/workspace/registry.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/mutex.h"
#include "server/base/status_macros.h"
#include "server/domain/nearest_names.h"
#include "server/store/sqlite/folder_lock.h"
#include "server/store/sqlite/server_db.h"
#include "server/workspace/open_workspace.h"
#include "server/workspace/settings_rules.h"

namespace strata {
namespace {

using State = store::ServerDb::WorkspaceState;

absl::Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("making the folder ", path, ": ", strerror(errno)));
}

class FolderRegistry : public WorkspaceRegistry {
 public:
  FolderRegistry(std::string data_dir, const WorkspaceOptions& options)
      : data_dir_(std::move(data_dir)), options_(options) {}
  ~FolderRegistry() override { Drain(); }

  absl::Status OpenAll();

  absl::StatusOr<WorkspacePtr> Create(const WorkspaceSettings& settings) override;
  absl::StatusOr<WorkspacePtr> Find(absl::string_view name) const override;
  std::vector<WorkspacePtr> List() const override;
  absl::StatusOr<WorkspacePtr> Update(
      absl::string_view name,
      const std::function<absl::Status(WorkspaceSettings&)>& change) override;
  absl::Status Delete(absl::string_view name, bool force) override;
  void Drain() override;

 private:
  using OpenPtr = std::shared_ptr<OpenWorkspace>;

  std::string PathOf(absl::string_view name) const {
    return absl::StrCat(data_dir_, "/workspaces/", name, ".db");
  }
  absl::StatusOr<OpenPtr> FindOpen(absl::string_view name) const;
  absl::Status RemoveForGood(const std::string& name);

  const std::string data_dir_;
  const WorkspaceOptions options_;
  std::unique_ptr<store::FolderLock> folder_lock_;  // let go of last
  std::unique_ptr<store::ServerDb> server_db_;

  // Held while workspaces come and go, so that no two of these cross.
  Mutex change_mutex_;
  mutable Mutex mutex_;
  std::map<std::string, OpenPtr, std::less<>> workspaces_ ABSL_GUARDED_BY(mutex_);
  bool drained_ ABSL_GUARDED_BY(mutex_) = false;
};

absl::Status FolderRegistry::OpenAll() {
  STRATA_RETURN_IF_ERROR(MakeFolder(data_dir_));
  STRATA_ASSIGN_OR_RETURN(folder_lock_, store::FolderLock::Acquire(data_dir_));
  STRATA_RETURN_IF_ERROR(MakeFolder(absl::StrCat(data_dir_, "/workspaces")));
  STRATA_ASSIGN_OR_RETURN(server_db_, store::ServerDb::Open(absl::StrCat(data_dir_, "/server.db")));
  STRATA_ASSIGN_OR_RETURN(const auto entries, server_db_->Workspaces());
  for (const store::ServerDb::WorkspaceEntry& entry : entries) {
    // A crash came in between: nobody was told that it exists, or somebody that it is gone.
    if (entry.state != State::kReady) {
      STRATA_RETURN_IF_ERROR(RemoveForGood(entry.name));
      continue;
    }
    STRATA_ASSIGN_OR_RETURN(OpenPtr workspace, OpenWorkspace::Open(PathOf(entry.name), entry.name,
                                                                   *server_db_, options_));
    MutexLock lock(mutex_);
    workspaces_.emplace(entry.name, std::move(workspace));
  }
  return absl::OkStatus();
}

absl::Status FolderRegistry::RemoveForGood(const std::string& name) {
  STRATA_RETURN_IF_ERROR(store::RemoveWorkspaceFiles(PathOf(name)));
  return server_db_->RemoveWorkspace(name);
}

absl::StatusOr<WorkspacePtr> FolderRegistry::Create(const WorkspaceSettings& settings) {
  WorkspaceSettings normal = settings;
  Normalize(normal);
  STRATA_RETURN_IF_ERROR(ValidateSettings(normal));
  MutexLock change_lock(change_mutex_);
  {
    MutexLock lock(mutex_);
    if (drained_) {
      return WithReason(absl::UnavailableError("the server is shutting down"), "DRAINING");
    }
    if (workspaces_.contains(normal.name)) {
      return WithReason(absl::AlreadyExistsError(
                            absl::StrCat("there is a workspace \"", normal.name, "\" already")),
                        "WORKSPACE_EXISTS");
    }
  }
  STRATA_RETURN_IF_ERROR(
      server_db_->SetWorkspace(normal.name, State::kCreating, options_.clock->NowMillis()));
  absl::StatusOr<OpenPtr> workspace =
      OpenWorkspace::Create(PathOf(normal.name), normal, *server_db_, options_);
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
  MutexLock lock(mutex_);
  workspaces_.emplace(normal.name, *workspace);
  return WorkspacePtr(*std::move(workspace));
}

absl::StatusOr<FolderRegistry::OpenPtr> FolderRegistry::FindOpen(absl::string_view name) const {
  MutexLock lock(mutex_);
  const auto found = workspaces_.find(name);
  if (found != workspaces_.end()) return found->second;
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

absl::StatusOr<WorkspacePtr> FolderRegistry::Update(
    absl::string_view name, const std::function<absl::Status(WorkspaceSettings&)>& change) {
  STRATA_ASSIGN_OR_RETURN(OpenPtr workspace, FindOpen(name));
  STRATA_RETURN_IF_ERROR(workspace->Update(change));
  return WorkspacePtr(std::move(workspace));
}

absl::Status FolderRegistry::Delete(absl::string_view name, bool force) {
  MutexLock change_lock(change_mutex_);
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
  {
    MutexLock lock(mutex_);
    workspaces_.erase(workspaces_.find(name));
  }
  workspace->Drain();
  return RemoveForGood(std::string(name));
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
  folder_lock_ = nullptr;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkspaceRegistry>> WorkspaceRegistry::Open(
    const std::string& data_dir, const WorkspaceOptions& options) {
  auto registry = std::make_unique<FolderRegistry>(data_dir, options);
  STRATA_RETURN_IF_ERROR(registry->OpenAll());
  return std::unique_ptr<WorkspaceRegistry>(std::move(registry));
}

}  // namespace strata
