#ifndef STRATA_SERVER_STORE_SQLITE_CONNECTION_H_
#define STRATA_SERVER_STORE_SQLITE_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/store/sqlite/statement.h"

struct sqlite3;

namespace strata::store {

enum class OpenMode {
  kReadOnly,   // the file must exist
  kReadWrite,  // the file must exist
  kCreate,     // made when missing, for its owner alone
  // A file that may not be written, as on a read-only copy: nothing is locked and nothing is made
  // beside it. The file must exist, and must not change while it is open.
  kFrozen,
};

// One connection to one SQLite file: WAL, synchronous=FULL (a commit that returned is durable),
// foreign keys on, deleted content overwritten with zeros, "text" never taken for 'text'.
// Used by one thread at a time.
class Connection {
 public:
  // NOT_FOUND when the file is missing and `mode` does not make it; PERMISSION_DENIED when it may
  // not be opened, or not be written and `mode` wants to; DATA_LOSS when it is no SQLite file;
  // FAILED_PRECONDITION when it is no file at all, or frozen with a write-ahead log that cannot be
  // read without writing.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, OpenMode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs one or more statements that return nothing of interest.
  absl::Status Execute(const std::string& script);

  // Compiles one statement, for repeated use. Must not outlive the connection.
  absl::StatusOr<Statement> Prepare(absl::string_view sql);

  // The one integer that `sql` selects; 0 for NULL or no row.
  absl::StatusOr<int64_t> QueryInt(absl::string_view sql);

  // False once SQLite has rolled a transaction back by itself (disk full, I/O error).
  bool in_transaction() const;

  // Moves the whole WAL into the database and cuts it to nothing, so that neither holds deleted
  // content. UNAVAILABLE when a reader outside stands in the way.
  absl::Status TruncateWal();

  const std::string& path() const { return path_; }
  // How further connections to the same file are opened for reading.
  OpenMode reading_mode() const {
    return mode_ == OpenMode::kFrozen ? OpenMode::kFrozen : OpenMode::kReadOnly;
  }
  // For the rest of this folder.
  sqlite3* handle() { return db_; }

 private:
  Connection(std::string path, OpenMode mode, sqlite3* db)
      : path_(std::move(path)), mode_(mode), db_(db) {}

  std::string path_;
  OpenMode mode_;
  sqlite3* db_;
};

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_CONNECTION_H_
