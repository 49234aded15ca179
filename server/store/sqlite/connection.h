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
  kCreate,     // made when missing
};

// One connection to one SQLite file: WAL, synchronous=FULL (a commit that returned is durable),
// foreign keys on, deleted content overwritten with zeros, "text" never taken for 'text'.
// Used by one thread at a time.
class Connection {
 public:
  // NOT_FOUND when the file is missing and `mode` does not make it; DATA_LOSS when it is no SQLite
  // file.
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
  // For the rest of this folder.
  sqlite3* handle() { return db_; }

 private:
  Connection(std::string path, sqlite3* db) : path_(std::move(path)), db_(db) {}

  std::string path_;
  sqlite3* db_;
};

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_CONNECTION_H_
