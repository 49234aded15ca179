#ifndef STRATA_SERVER_WORKSPACE_DATA_FOLDER_H_
#define STRATA_SERVER_WORKSPACE_DATA_FOLDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/store/sqlite/folder_lock.h"
#include "server/workspace/workspace.h"

namespace strata {

// A data folder that this process has taken: its lock, its paths, and what may be done in it.
class DataFolder {
 public:
  // Errors carry a reason (server/base/error.h):
  //   NOT_FOUND            FOLDER_MISSING, PARENT_MISSING, NO_DATA_FOLDER: `use` does not make it
  //   FAILED_PRECONDITION  NOT_A_FOLDER; FOLDER_LOCKED by another process, which is named
  //   PERMISSION_DENIED    NO_PERMISSION
  //   DATA_LOSS            SERVER_FILE_DAMAGED: server.db is gone or empty, workspaces are there
  static absl::StatusOr<std::unique_ptr<DataFolder>> Open(const std::string& path, FolderUse use);

  // True when it may only be read; never unless `use` allows it.
  bool read_only() const { return read_only_; }

  std::string ServerFile() const { return absl::StrCat(path_, "/server.db"); }
  std::string WorkspaceFile(absl::string_view name) const {
    return absl::StrCat(path_, "/workspaces/", name, ".db");
  }
  const std::string& path() const { return path_; }

  // Lets other processes in; the paths stay.
  void Release() { lock_ = nullptr; }

  // What a person who keeps the folder should know, a sentence each: files in workspaces/ that
  // belong to none of these workspaces, and what other users may read or write though it is not
  // theirs. Takes from them what it can. Nothing while it is read-only.
  std::vector<std::string> Tidy(const absl::flat_hash_set<std::string>& workspaces) const;

 private:
  DataFolder(std::string path, std::unique_ptr<store::FolderLock> lock, bool read_only)
      : path_(std::move(path)), lock_(std::move(lock)), read_only_(read_only) {}

  const std::string path_;
  std::unique_ptr<store::FolderLock> lock_;
  const bool read_only_;
};

}  // namespace strata

#endif  // STRATA_SERVER_WORKSPACE_DATA_FOLDER_H_
