#ifndef STRATA_SERVER_WORKSPACE_MIGRATE_FOLDER_H_
#define STRATA_SERVER_WORKSPACE_MIGRATE_FOLDER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace strata {

struct MigratedFile {
  std::string path;
  int from_version = 0;
  int to_version = 0;
  std::string backup_path;  // empty: the file was up to date
  absl::Status status;      // why it could not be migrated
};

// Brings every file of a data folder to the schema of this binary, each after a copy of it was put
// beside it (`strata admin migrate`), and calls `done` after each. Fails as DataFolder::Open does
// and when server.db cannot be migrated; a workspace's file that cannot be keeps nobody from the
// others. What was migrated stays migrated; running it again goes on from there.
absl::StatusOr<std::vector<MigratedFile>> MigrateFolder(
    const std::string& data_dir,
    const std::function<void(const MigratedFile&)>& done = [](const MigratedFile&) {});

}  // namespace strata

#endif  // STRATA_SERVER_WORKSPACE_MIGRATE_FOLDER_H_
