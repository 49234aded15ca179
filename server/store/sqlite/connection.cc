#include "server/store/sqlite/connection.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace strata::store {
namespace {

constexpr int kBusyTimeoutMillis = 5'000;
// The writer does not stand still for a reader outside: it comes back later.
constexpr int kTruncateTimeoutMillis = 50;

// Checkpointing every 2,000 pages (8 MB) costs a commit some 40 ms at worst; rarer ones save little
// and make the worst commit longer.
constexpr char kWriterPragmas[] = R"sql(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -32000;
  PRAGMA wal_autocheckpoint = 2000;
  PRAGMA journal_size_limit = 67108864;
)sql";

constexpr char kReaderPragmas[] = R"sql(
  PRAGMA query_only = ON;
  PRAGMA temp_store = MEMORY;
)sql";

int OpenFlags(OpenMode mode) {
  // One thread at a time uses a connection, so SQLite need not lock it.
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    // A reader of a WAL file must be able to write its shared-memory file.
    case OpenMode::kReadOnly:
    case OpenMode::kReadWrite:
      return flags | SQLITE_OPEN_READWRITE;
    case OpenMode::kCreate:
      return flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
  return flags;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path,
                                                             OpenMode mode) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, OpenFlags(mode), nullptr);
  std::unique_ptr<Connection> connection(new Connection(path, db));  // closes in any case
  if (code != SQLITE_OK) {
    const absl::Status status = StatusFromSqlite(db, code, absl::StrCat("opening ", path));
    if ((code & 0xff) == SQLITE_CANTOPEN && mode != OpenMode::kCreate) {
      return absl::NotFoundError(status.message());
    }
    return status;
  }
  sqlite3_busy_timeout(db, kBusyTimeoutMillis);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  STRATA_RETURN_IF_ERROR(
      connection->Execute(mode == OpenMode::kReadOnly ? kReaderPragmas : kWriterPragmas));
  return connection;
}

Connection::~Connection() { sqlite3_close_v2(db_); }

absl::Status Connection::Execute(const std::string& script) {
  const int code = sqlite3_exec(db_, script.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return absl::OkStatus();
  return StatusFromSqlite(db_, code, path_);
}

absl::StatusOr<Statement> Connection::Prepare(absl::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return StatusFromSqlite(db_, code, absl::StrCat(path_, ": ", sql));
  return Statement(handle);
}

absl::StatusOr<int64_t> Connection::QueryInt(absl::string_view sql) {
  STRATA_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  Execution execution(statement);
  STRATA_ASSIGN_OR_RETURN(const bool found, execution.Step());
  return found ? execution.IntAt(0) : 0;
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

absl::Status Connection::TruncateWal() {
  sqlite3_busy_timeout(db_, kTruncateTimeoutMillis);
  const int code =
      sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(db_, kBusyTimeoutMillis);
  if (code == SQLITE_OK) return absl::OkStatus();
  return StatusFromSqlite(db_, code, absl::StrCat("truncating the WAL of ", path_));
}

}  // namespace strata::store
