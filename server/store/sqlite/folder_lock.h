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
  // FAILED_PRECONDITION, reason FOLDER_LOCKED, when another one holds it; the message names pid,
  // host and program. PERMISSION_DENIED when DIR/lock may not be written.
  static absl::StatusOr<std::unique_ptr<FolderLock>> Acquire(const std::string& folder);
  // For a folder that may only be read: keeps writers out, not other readers, and writes nothing.
  // A folder without a lock file has none that could be held.
  static absl::StatusOr<std::unique_ptr<FolderLock>> AcquireForReading(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int file) : file_(file) {}

  int file_;  // -1: there is no lock file
};

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_FOLDER_LOCK_H_
