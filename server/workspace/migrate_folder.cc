#include "server/workspace/migrate_folder.h"

#include <memory>

#include "server/base/status_macros.h"
#include "server/store/sqlite/schema.h"
#include "server/store/sqlite/server_db.h"
#include "server/workspace/data_folder.h"

namespace strata {
namespace {

MigratedFile MigrateFile(const std::string& path, const store::Schema& schema) {
  const absl::StatusOr<store::MigrationReport> report = store::Migrate(path, schema);
  if (!report.ok()) return MigratedFile{path, 0, schema.version(), "", report.status()};
  return MigratedFile{path, report->from_version, report->to_version, report->backup_path, {}};
}

}  // namespace

absl::StatusOr<std::vector<MigratedFile>> MigrateFolder(
    const std::string& data_dir, const std::function<void(const MigratedFile&)>& done) {
  STRATA_ASSIGN_OR_RETURN(const std::unique_ptr<DataFolder> folder,
                          DataFolder::Open(data_dir, FolderUse::kExisting));
  std::vector<MigratedFile> files;
  const auto migrate = [&](const std::string& path, const store::Schema& schema) {
    files.push_back(MigrateFile(path, schema));
    done(files.back());
  };
  migrate(folder->ServerFile(), store::ServerSchema());
  STRATA_RETURN_IF_ERROR(files.front().status);
  STRATA_ASSIGN_OR_RETURN(const std::unique_ptr<store::ServerDb> server_db,
                          store::ServerDb::Open(folder->ServerFile(), store::OpenMode::kReadWrite));
  STRATA_ASSIGN_OR_RETURN(const auto entries, server_db->Workspaces());
  for (const store::ServerDb::WorkspaceEntry& entry : entries) {
    if (entry.state != store::ServerDb::WorkspaceState::kReady) continue;
    migrate(folder->WorkspaceFile(entry.name), store::WorkspaceSchema());
  }
  return files;
}

}  // namespace strata
