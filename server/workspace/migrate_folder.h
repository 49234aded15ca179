#ifndef STRATA_SERVER_WORKSPACE_MIGRATE_FOLDER_H_
#define STRATA_SERVER_WORKSPACE_MIGRATE_FOLDER_H_

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
// beside it (`strata admin migrate`). FAILED_PRECONDITION when a server has the folder open, or a
// file is newer than this binary. What was migrated before a failure stays migrated; running it
// again goes on from there.
absl::StatusOr<std::vector<MigratedFile>> MigrateFolder(const std::string& data_dir);

}  // namespace strata

#endif  // STRATA_SERVER_WORKSPACE_MIGRATE_FOLDER_H_
