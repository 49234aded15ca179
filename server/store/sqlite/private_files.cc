#include "server/store/sqlite/private_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"

namespace strata::store {
namespace {

constexpr mode_t kFileMode = 0600, kFolderMode = 0700, kOthers = 0077;

}  // namespace

absl::Status MakePrivateFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode);
  if (file < 0 && errno == EEXIST) return absl::OkStatus();
  if (file < 0) return StatusFromErrno(errno, absl::StrCat("making ", path));
  // A umask can take even the owner's rights away.
  const bool set = fchmod(file, kFileMode) == 0;
  const int error = errno;
  close(file);
  return set ? absl::OkStatus() : StatusFromErrno(error, absl::StrCat("making ", path));
}

absl::Status MakePrivateFolder(const std::string& path) {
  if (mkdir(path.c_str(), kFolderMode) == 0) {
    if (chmod(path.c_str(), kFolderMode) == 0) return absl::OkStatus();
    return StatusFromErrno(errno, absl::StrCat("making the folder ", path));
  }
  if (errno != EEXIST) return StatusFromErrno(errno, absl::StrCat("making the folder ", path));
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    return StatusFromErrno(errno, absl::StrCat("opening the folder ", path));
  }
  if (S_ISDIR(info.st_mode)) return absl::OkStatus();
  return WithReason(absl::FailedPreconditionError(absl::StrCat(path, " is not a folder")),
                    "NOT_A_FOLDER");
}

bool TakeFromOthers(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || (info.st_mode & kOthers) == 0) return true;
  return chmod(path.c_str(), info.st_mode & 07777 & ~kOthers) == 0;
}

absl::Status StatusFromErrno(int error, absl::string_view doing) {
  const std::string message = absl::StrCat(doing, ": ", strerror(error));
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOENT:
      return absl::NotFoundError(message);
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::FailedPreconditionError(message);
  }
}

}  // namespace strata::store
