#include "server/store/sqlite/folder_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/store/sqlite/private_files.h"

namespace strata::store {
namespace {

std::string ProgramName() {
  char name[32] = {};
  const int file = open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
  const ssize_t length = file < 0 ? 0 : read(file, name, sizeof(name) - 1);
  if (file >= 0) close(file);
  // The line ends with a newline.
  return length > 1 ? std::string(name, static_cast<size_t>(length - 1)) : "unknown";
}

std::string Holder() {
  char host[256] = {};
  if (gethostname(host, sizeof(host) - 1) != 0) host[0] = '\0';
  return absl::StrCat("pid ", getpid(), " on host ", host, ", program ", ProgramName());
}

std::string ReadAll(int file) {
  char text[512];
  const ssize_t length = pread(file, text, sizeof(text), 0);
  return length > 0 ? std::string(text, static_cast<size_t>(length)) : "an unknown process";
}

absl::Status InUse(const std::string& folder, int file) {
  return WithReason(absl::FailedPreconditionError(
                        absl::StrCat("the data folder ", folder, " is in use by ", ReadAll(file))),
                    "FOLDER_LOCKED");
}

}  // namespace

absl::StatusOr<std::unique_ptr<FolderLock>> FolderLock::Acquire(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/lock");
  STRATA_RETURN_IF_ERROR(MakePrivateFile(path));
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return StatusFromErrno(errno, absl::StrCat("opening ", path));
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    absl::Status status = InUse(folder, file);
    close(file);
    return status;
  }
  const std::string holder = Holder();
  if (ftruncate(file, 0) != 0 ||
      pwrite(file, holder.data(), holder.size(), 0) != static_cast<ssize_t>(holder.size())) {
    const int error = errno;
    close(file);
    return StatusFromErrno(error, absl::StrCat("writing ", path));
  }
  return std::unique_ptr<FolderLock>(new FolderLock(file));
}

absl::StatusOr<std::unique_ptr<FolderLock>> FolderLock::AcquireForReading(
    const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/lock");
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno != ENOENT) return StatusFromErrno(errno, absl::StrCat("opening ", path));
  if (file >= 0 && flock(file, LOCK_SH | LOCK_NB) != 0) {
    absl::Status status = InUse(folder, file);
    close(file);
    return status;
  }
  return std::unique_ptr<FolderLock>(new FolderLock(file));
}

// The file stays: removing it would let two processes lock two files of one name.
FolderLock::~FolderLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace strata::store
