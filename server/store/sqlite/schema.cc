#include "server/store/sqlite/schema.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/store/sqlite/private_files.h"

namespace strata::store {
namespace {

absl::Status ApplyMigrations(Connection& connection, const Schema& schema, int from_version) {
  STRATA_RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE"));
  const auto apply_all = [&]() -> absl::Status {
    for (const Migration& migration : schema.migrations) {
      if (migration.version <= from_version) continue;
      STRATA_RETURN_IF_ERROR(connection.Execute(migration.sql));
    }
    STRATA_RETURN_IF_ERROR(
        connection.Execute(absl::StrCat("PRAGMA application_id = ", schema.application_id,
                                        "; PRAGMA user_version = ", schema.version(), "; COMMIT")));
    return absl::OkStatus();
  };
  const absl::Status status = apply_all();
  if (!status.ok() && connection.in_transaction()) connection.Execute("ROLLBACK").IgnoreError();
  return status;
}

struct FileVersion {
  bool empty = false;  // no schema at all
  int version = 0;
};

absl::StatusOr<FileVersion> ReadVersion(Connection& connection, const Schema& schema) {
  STRATA_ASSIGN_OR_RETURN(const int64_t objects,
                          connection.QueryInt("SELECT count(*) FROM sqlite_schema"));
  STRATA_ASSIGN_OR_RETURN(const int64_t application_id,
                          connection.QueryInt("PRAGMA application_id"));
  STRATA_ASSIGN_OR_RETURN(const int64_t version, connection.QueryInt("PRAGMA user_version"));
  if (objects == 0 && application_id == 0 && version == 0) return FileVersion{true, 0};
  if (application_id != schema.application_id) {
    return absl::FailedPreconditionError(
        absl::StrCat(connection.path(), " is not a ", schema.name, " file of Strata"));
  }
  if (version > schema.version()) {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat(
            connection.path(), " has schema version ", version, ", newer than version ",
            schema.version(), " of this program; use a newer release of Strata")),
        kOtherSchema);
  }
  return FileVersion{false, static_cast<int>(version)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> OpenWithSchema(const std::string& path,
                                                           const Schema& schema, OpenMode mode) {
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(path, mode));
  STRATA_ASSIGN_OR_RETURN(const FileVersion file, ReadVersion(*connection, schema));
  if (file.empty && mode == OpenMode::kCreate) {
    STRATA_RETURN_IF_ERROR(ApplyMigrations(*connection, schema, 0));
    return connection;
  }
  if (file.empty) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is not a ", schema.name, " file of Strata"));
  }
  if (file.version < schema.version()) {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat(
            path, " has schema version ", file.version, ", older than version ", schema.version(),
            " of this program; run `strata admin migrate`, which makes a backup "
            "first")),
        kOtherSchema);
  }
  return connection;
}

absl::StatusOr<MigrationReport> Migrate(const std::string& path, const Schema& schema) {
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                          Connection::Open(path, OpenMode::kReadWrite));
  STRATA_ASSIGN_OR_RETURN(const FileVersion file, ReadVersion(*connection, schema));
  MigrationReport report{file.version, schema.version(), ""};
  if (file.version == schema.version()) return report;

  report.backup_path = absl::StrCat(path, ".v", file.version, ".backup");
  struct stat existing;
  if (stat(report.backup_path.c_str(), &existing) == 0) {
    return absl::AlreadyExistsError(
        absl::StrCat(report.backup_path, " exists; move it away before migrating"));
  }
  STRATA_RETURN_IF_ERROR(MakePrivateFile(report.backup_path));  // VACUUM takes an empty one
  STRATA_ASSIGN_OR_RETURN(Statement vacuum, connection->Prepare("VACUUM INTO ?1"));
  STRATA_RETURN_IF_ERROR(Execution(vacuum).Text(report.backup_path).Run());
  STRATA_RETURN_IF_ERROR(ApplyMigrations(*connection, schema, file.version));
  return report;
}

}  // namespace strata::store
