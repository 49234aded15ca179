#ifndef STRATA_SERVER_STORE_SQLITE_FOLDER_LOCK_H_
#define STRATA_SERVER_STORE_SQLITE_FOLDER_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace strata::store {

// Keeps every other process out of a data folder: flock on DIR/lock, which names its holder. The
// system lets go of it when the process ends in whatever way. Reading the files with sqlite3 stays
// possible.
class FolderLock {
 public:
  // FAILED_PRECONDITION when another one holds it; the message names pid, host and program.
  static absl::StatusOr<std::unique_ptr<FolderLock>> Acquire(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int file) : file_(file) {}

  int file_;
};

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_FOLDER_LOCK_H_
