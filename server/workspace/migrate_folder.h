#ifndef STRATA_SERVER_WORKSPACE_MIGRATE_FOLDER_H_
#define STRATA_SERVER_WORKSPACE_MIGRATE_FOLDER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace strata {

struct MigratedFile {
  std::string path;
  int from_version = 0;
  int to_version = 0;
  std::string backup_path;  // empty: the file was up to date
};

// Brings every file of a data folder to the schema of this binary, each after a copy of it was put
// beside it (`strata admin migrate`), and calls `done` after each. NOT_FOUND when the folder is
// none of Strata; FAILED_PRECONDITION when a server has it open, or a file is newer than this
// binary. What was migrated before a failure stays migrated; running it again goes on from there.
absl::StatusOr<std::vector<MigratedFile>> MigrateFolder(
    const std::string& data_dir,
    const std::function<void(const MigratedFile&)>& done = [](const MigratedFile&) {});

}  // namespace strata

#endif  // STRATA_SERVER_WORKSPACE_MIGRATE_FOLDER_H_
