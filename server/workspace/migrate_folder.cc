#include "server/workspace/migrate_folder.h"

#include <sys/stat.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/store/sqlite/folder_lock.h"
#include "server/store/sqlite/schema.h"
#include "server/store/sqlite/server_db.h"

namespace strata {
namespace {

absl::StatusOr<MigratedFile> MigrateFile(const std::string& path, const store::Schema& schema) {
  STRATA_ASSIGN_OR_RETURN(const store::MigrationReport report, store::Migrate(path, schema));
  return MigratedFile{path, report.from_version, report.to_version, report.backup_path};
}

}  // namespace

absl::StatusOr<std::vector<MigratedFile>> MigrateFolder(
    const std::string& data_dir, const std::function<void(const MigratedFile&)>& done) {
  const std::string server_path = absl::StrCat(data_dir, "/server.db");
  // Else the lock would make a folder of a mistyped name.
  if (struct stat existing; stat(server_path.c_str(), &existing) != 0) {
    return absl::NotFoundError(
        absl::StrCat(data_dir, " is no data folder of Strata: it has no server.db"));
  }
  STRATA_ASSIGN_OR_RETURN(const std::unique_ptr<store::FolderLock> lock,
                          store::FolderLock::Acquire(data_dir));
  std::vector<MigratedFile> files;
  const auto migrate = [&](const std::string& path, const store::Schema& schema) -> absl::Status {
    STRATA_ASSIGN_OR_RETURN(files.emplace_back(), MigrateFile(path, schema));
    done(files.back());
    return absl::OkStatus();
  };
  STRATA_RETURN_IF_ERROR(migrate(server_path, store::ServerSchema()));
  STRATA_ASSIGN_OR_RETURN(const std::unique_ptr<store::ServerDb> server_db,
                          store::ServerDb::Open(server_path));
  STRATA_ASSIGN_OR_RETURN(const auto entries, server_db->Workspaces());
  for (const store::ServerDb::WorkspaceEntry& entry : entries) {
    if (entry.state != store::ServerDb::WorkspaceState::kReady) continue;
    const std::string path = absl::StrCat(data_dir, "/workspaces/", entry.name, ".db");
    STRATA_RETURN_IF_ERROR(migrate(path, store::WorkspaceSchema()));
  }
  return files;
}

}  // namespace strata
