#ifndef STRATA_SERVER_STORE_SQLITE_PRIVATE_FILES_H_
#define STRATA_SERVER_STORE_SQLITE_PRIVATE_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace strata::store {

// Files and folders that hold people's records are for their owner alone (0600, 0700), whatever the
// umask says.

// Makes an empty file, or leaves the one that is there as it is.
absl::Status MakePrivateFile(const std::string& path);

// Makes the folder, whose parent must be there, or leaves the one that is there as it is.
// FAILED_PRECONDITION, reason NOT_A_FOLDER, when `path` is something else.
absl::Status MakePrivateFolder(const std::string& path);

// Takes from group and others whatever they may do with a file or folder. False when they keep it,
// as when it belongs to another user; true when it is private or not there.
bool TakeFromOthers(const std::string& path);

// The status of a failed system call: PERMISSION_DENIED no right or a read-only file system,
// NOT_FOUND no such file or folder, RESOURCE_EXHAUSTED no space, else FAILED_PRECONDITION.
absl::Status StatusFromErrno(int error, absl::string_view doing);

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_PRIVATE_FILES_H_
