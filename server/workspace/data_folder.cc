#include "server/workspace/data_folder.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/store/sqlite/private_files.h"

namespace strata {
namespace {

constexpr mode_t kOthersWrite = 0022;

absl::Status WithReasonOfAccess(absl::Status status) {
  if (status.code() != absl::StatusCode::kPermissionDenied) return status;
  return WithReason(std::move(status), "NO_PERMISSION");
}

std::string ParentOf(absl::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return ".";
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

// Names of what lies in a folder, ascending; nothing when it cannot be read.
std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  DIR* const open = opendir(folder.c_str());
  if (open == nullptr) return names;
  while (const dirent* entry = readdir(open)) {
    const absl::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  closedir(open);
  std::sort(names.begin(), names.end());
  return names;
}

bool HoldsWorkspaceFiles(const std::string& folder) {
  const std::vector<std::string> names = NamesIn(folder);
  return std::any_of(names.begin(), names.end(),
                     [](const std::string& name) { return absl::EndsWith(name, ".db"); });
}

absl::Status MakeMissing(const std::string& path) {
  absl::Status status = store::MakePrivateFolder(path);
  if (status.code() != absl::StatusCode::kNotFound) return WithReasonOfAccess(std::move(status));
  return WithReason(absl::NotFoundError(absl::StrCat("the folder ", path, " cannot be made: ",
                                                     ParentOf(path), " does not exist")),
                    "PARENT_MISSING");
}

// That the folder is there, and has data where `use` needs it.
absl::Status CheckContent(const std::string& path, FolderUse use) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) {
      return WithReasonOfAccess(
          store::StatusFromErrno(errno, absl::StrCat("opening the folder ", path)));
    }
    if (use == FolderUse::kMake) return MakeMissing(path);
    return WithReason(absl::NotFoundError(absl::StrCat("there is no folder ", path)),
                      "FOLDER_MISSING");
  }
  if (use == FolderUse::kMake) STRATA_RETURN_IF_ERROR(store::MakePrivateFolder(path));
  const std::string server_file = absl::StrCat(path, "/server.db");
  const int found = stat(server_file.c_str(), &info);
  if (found == 0 && info.st_size > 0) return absl::OkStatus();
  if (found != 0 && errno == ENOTDIR) {
    return WithReason(absl::FailedPreconditionError(absl::StrCat(path, " is not a folder")),
                      "NOT_A_FOLDER");
  }
  if (found != 0 && errno != ENOENT) {
    return WithReasonOfAccess(store::StatusFromErrno(errno, absl::StrCat("opening ", server_file)));
  }
  if (HoldsWorkspaceFiles(absl::StrCat(path, "/workspaces"))) {
    return WithReason(
        absl::DataLossError(absl::StrCat(
            server_file, found == 0 ? " is empty" : " is missing",
            ", though there are workspaces: it lists them and who was erased. Restore it from a "
            "backup, or move the files out of ",
            path, "/workspaces and start anew")),
        "SERVER_FILE_DAMAGED");
  }
  if (use == FolderUse::kMake) return absl::OkStatus();
  return WithReason(
      absl::NotFoundError(absl::StrCat("the folder ", path, " holds no data of Strata yet")),
      "NO_DATA_FOLDER");
}

// The workspace that a file belongs to by its name: "sales.db", "sales.db-wal",
// "sales.db.v1.backup".
absl::string_view OwnerOf(absl::string_view name) {
  const size_t end = name.find(".db");
  if (end == absl::string_view::npos) return "";
  const absl::string_view rest = name.substr(end + 3);
  const bool known = rest.empty() || rest == "-wal" || rest == "-shm" ||
                     (absl::StartsWith(rest, ".v") && absl::EndsWith(rest, ".backup"));
  return known ? name.substr(0, end) : "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataFolder>> DataFolder::Open(const std::string& path,
                                                             FolderUse use) {
  STRATA_RETURN_IF_ERROR(CheckContent(path, use));
  absl::StatusOr<std::unique_ptr<store::FolderLock>> lock = store::FolderLock::Acquire(path);
  const bool read_only =
      use == FolderUse::kReadable && lock.status().code() == absl::StatusCode::kPermissionDenied;
  if (read_only) lock = store::FolderLock::AcquireForReading(path);
  if (!lock.ok()) return WithReasonOfAccess(lock.status());
  if (!read_only) {
    STRATA_RETURN_IF_ERROR(
        WithReasonOfAccess(store::MakePrivateFolder(absl::StrCat(path, "/workspaces"))));
  }
  return std::unique_ptr<DataFolder>(new DataFolder(path, *std::move(lock), read_only));
}

std::vector<std::string> DataFolder::Tidy(
    const absl::flat_hash_set<std::string>& workspaces) const {
  std::vector<std::string> remarks;
  if (read_only_) return remarks;
  std::vector<std::string> own = {"lock", "server.db", "server.db-wal", "server.db-shm",
                                  "workspaces"};
  for (const std::string& name : NamesIn(absl::StrCat(path_, "/workspaces"))) {
    if (workspaces.contains(OwnerOf(name))) {
      own.push_back(absl::StrCat("workspaces/", name));
    } else {
      remarks.push_back(
          absl::StrCat(path_, "/workspaces/", name, " belongs to no workspace; it is left alone"));
    }
  }
  for (const std::string& name : own) {
    const std::string file = absl::StrCat(path_, "/", name);
    if (store::TakeFromOthers(file)) continue;
    remarks.push_back(absl::StrCat(file, " can be opened by other users; chmod go= ", file));
  }
  struct stat info;
  if (stat(path_.c_str(), &info) == 0 && (info.st_mode & kOthersWrite) != 0) {
    remarks.push_back(absl::StrCat("other users can write in ", path_, "; chmod go-w ", path_));
  }
  return remarks;
}

}  // namespace strata
