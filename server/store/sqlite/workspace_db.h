#ifndef STRATA_SERVER_STORE_SQLITE_WORKSPACE_DB_H_
#define STRATA_SERVER_STORE_SQLITE_WORKSPACE_DB_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/domain/settings.h"
#include "server/store/sqlite/connection.h"
#include "server/store/sqlite/ledger.h"
#include "server/store/sqlite/record_reader.h"
#include "server/store/sqlite/record_writer.h"

namespace strata::store {

// One workspace's file, open for one thread.
class WorkspaceDb {
 public:
  // Makes the file with revision 1 and these settings. ALREADY_EXISTS when there is one.
  static absl::StatusOr<std::unique_ptr<WorkspaceDb>> Create(const std::string& path,
                                                             const WorkspaceSettings& settings,
                                                             Millis now);
  // FAILED_PRECONDITION: see OpenWithSchema.
  static absl::StatusOr<std::unique_ptr<WorkspaceDb>> Open(const std::string& path, OpenMode mode);

  RecordReader& reader() { return *reader_; }
  RecordWriter& writer() { return *writer_; }
  Ledger& ledger() { return *ledger_; }
  Connection& connection() { return *connection_; }

  // One transaction at a time. Commit is durable when it returns OK; when it fails nothing of the
  // transaction is kept.
  absl::Status Begin();
  absl::Status Commit();
  void Rollback();

  // A part of the transaction that can be taken back alone.
  absl::Status BeginPart();
  absl::Status KeepPart();
  absl::Status DropPart();

  absl::StatusOr<WorkspaceSettings> ReadSettings();
  absl::Status WriteSettings(const WorkspaceSettings& settings, Millis now);
  struct Times {
    Millis created = kNoTime;
    Millis settings_updated = kNoTime;
  };
  absl::StatusOr<Times> ReadTimes();

  // Bytes of the file and of its WAL.
  int64_t FileBytes() const;
  int64_t WalBytes() const;

 private:
  WorkspaceDb() = default;
  absl::Status PrepareStatements();

  std::unique_ptr<Connection> connection_;  // outlives every statement below
  std::unique_ptr<RecordReader> reader_;
  std::unique_ptr<RecordWriter> writer_;
  std::unique_ptr<Ledger> ledger_;
  Statement begin_, commit_, savepoint_, release_, rollback_to_;
};

// Removes a workspace's file with its WAL; a missing one is fine.
absl::Status RemoveWorkspaceFiles(const std::string& path);

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_WORKSPACE_DB_H_
