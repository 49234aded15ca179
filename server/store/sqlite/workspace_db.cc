#include "server/store/sqlite/workspace_db.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/store/sqlite/schema.h"
#include "server/store/sqlite/settings_table.h"

namespace strata::store {
namespace {

int64_t BytesOf(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkspaceDb>> WorkspaceDb::Create(const std::string& path,
                                                                 const WorkspaceSettings& settings,
                                                                 Millis now) {
  struct stat existing;
  if (stat(path.c_str(), &existing) == 0) {
    return absl::AlreadyExistsError(absl::StrCat("there is a file ", path, " already"));
  }
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<WorkspaceDb> db, Open(path, OpenMode::kCreate));
  STRATA_RETURN_IF_ERROR(db->Begin());
  {
    STRATA_ASSIGN_OR_RETURN(
        Statement insert,
        db->connection_->Prepare("INSERT INTO workspace VALUES (1, 1, ?1, ?1, ?1)"));
    STRATA_RETURN_IF_ERROR(Execution(insert).Int(now).Run());
  }
  STRATA_RETURN_IF_ERROR(store::WriteSettings(*db->connection_, settings));
  STRATA_RETURN_IF_ERROR(db->Commit());
  return db;
}

absl::StatusOr<std::unique_ptr<WorkspaceDb>> WorkspaceDb::Open(const std::string& path,
                                                               OpenMode mode) {
  std::unique_ptr<WorkspaceDb> db(new WorkspaceDb());
  STRATA_ASSIGN_OR_RETURN(db->connection_, OpenWithSchema(path, WorkspaceSchema(), mode));
  STRATA_RETURN_IF_ERROR(db->PrepareStatements());
  return db;
}

absl::Status WorkspaceDb::PrepareStatements() {
  STRATA_ASSIGN_OR_RETURN(reader_, RecordReader::Create(*connection_));
  STRATA_ASSIGN_OR_RETURN(writer_, RecordWriter::Create(*connection_));
  STRATA_ASSIGN_OR_RETURN(ledger_, Ledger::Create(*connection_));
  STRATA_ASSIGN_OR_RETURN(begin_, connection_->Prepare("BEGIN IMMEDIATE"));
  STRATA_ASSIGN_OR_RETURN(commit_, connection_->Prepare("COMMIT"));
  STRATA_ASSIGN_OR_RETURN(savepoint_, connection_->Prepare("SAVEPOINT batch"));
  STRATA_ASSIGN_OR_RETURN(release_, connection_->Prepare("RELEASE batch"));
  STRATA_ASSIGN_OR_RETURN(rollback_to_, connection_->Prepare("ROLLBACK TO batch"));
  return absl::OkStatus();
}

absl::Status WorkspaceDb::Begin() { return Execution(begin_).Run(); }

absl::Status WorkspaceDb::Commit() {
  absl::Status status = writer_->Flush();
  if (status.ok()) status = Execution(commit_).Run();
  if (!status.ok()) Rollback();
  return status;
}

void WorkspaceDb::Rollback() {
  writer_->DiscardStaged();
  if (connection_->in_transaction()) connection_->Execute("ROLLBACK").IgnoreError();
}

absl::Status WorkspaceDb::BeginPart() { return Execution(savepoint_).Run(); }

absl::Status WorkspaceDb::KeepPart() {
  STRATA_RETURN_IF_ERROR(writer_->Flush());
  return Execution(release_).Run();
}

absl::Status WorkspaceDb::DropPart() {
  writer_->DiscardStaged();
  STRATA_RETURN_IF_ERROR(Execution(rollback_to_).Run());
  return Execution(release_).Run();
}

absl::StatusOr<WorkspaceSettings> WorkspaceDb::ReadSettings() {
  return store::ReadSettings(*connection_);
}

absl::Status WorkspaceDb::WriteSettings(const WorkspaceSettings& settings, Millis now) {
  STRATA_RETURN_IF_ERROR(store::WriteSettings(*connection_, settings));
  STRATA_ASSIGN_OR_RETURN(Statement touch,
                          connection_->Prepare("UPDATE workspace SET updated_time = ?1"));
  return Execution(touch).Int(now).Run();
}

absl::StatusOr<WorkspaceDb::Times> WorkspaceDb::ReadTimes() {
  Times times;
  STRATA_ASSIGN_OR_RETURN(times.created,
                          connection_->QueryInt("SELECT created_time FROM workspace"));
  STRATA_ASSIGN_OR_RETURN(times.settings_updated,
                          connection_->QueryInt("SELECT updated_time FROM workspace"));
  return times;
}

int64_t WorkspaceDb::FileBytes() const { return BytesOf(connection_->path()); }

int64_t WorkspaceDb::WalBytes() const { return BytesOf(connection_->path() + "-wal"); }

absl::Status RemoveWorkspaceFiles(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string file = path + suffix;
    if (unlink(file.c_str()) != 0 && errno != ENOENT) {
      return absl::UnavailableError(absl::StrCat("removing ", file, ": ", strerror(errno)));
    }
  }
  return absl::OkStatus();
}

}  // namespace strata::store
