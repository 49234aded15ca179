#ifndef STRATA_SERVER_STORE_SQLITE_STATEMENT_H_
#define STRATA_SERVER_STORE_SQLITE_STATEMENT_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace strata::store {

// The status of a failed SQLite call: RESOURCE_EXHAUSTED disk full or no memory, UNAVAILABLE busy
// or I/O error, DATA_LOSS corrupt, FAILED_PRECONDITION cannot open or read-only, else INTERNAL. The
// message holds `doing`, SQLite's own words and its extended code.
absl::Status StatusFromSqlite(sqlite3* db, int code, absl::string_view doing);

// A compiled statement. Runs through Execution.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
  ~Statement();
  Statement(Statement&& other) noexcept : handle_(other.handle_) { other.handle_ = nullptr; }
  Statement& operator=(Statement&& other) noexcept;

 private:
  friend class Execution;
  sqlite3_stmt* handle_ = nullptr;
};

// One run of a statement: bind its parameters from left to right, step through its rows. Resets the
// statement at the end of the scope: one left open would hold up checkpoints and close. Bound text
// is borrowed until then.
class Execution {
 public:
  explicit Execution(Statement& statement) : handle_(statement.handle_) {}
  ~Execution();
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  Execution& Int(int64_t value);
  Execution& Real(double value);
  Execution& Text(absl::string_view value);
  Execution& Blob(absl::string_view value);
  Execution& Null();
  // NULL in place of the value that stands for "not known".
  Execution& IntUnless(int64_t value, int64_t absent) {
    return value == absent ? Null() : Int(value);
  }
  Execution& TextOrNull(absl::string_view value) { return value.empty() ? Null() : Text(value); }

  // True when there is a row to read, false at the end.
  absl::StatusOr<bool> Step();
  // Runs a statement that returns no rows.
  absl::Status Run();

  int columns() const;
  // Columns of the current row, counted from 0. Text lives until the next step.
  bool IsNull(int column) const;
  int64_t IntAt(int column) const;
  int64_t IntAt(int column, int64_t absent) const {
    return IsNull(column) ? absent : IntAt(column);
  }
  double RealAt(int column) const;
  absl::string_view TextAt(int column) const;  // empty for NULL
  absl::string_view BlobAt(int column) const;  // empty for NULL

 private:
  absl::Status Failure(int code) const;

  sqlite3_stmt* handle_;
  int bound_ = 0;
  int bind_error_ = 0;
};

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_STATEMENT_H_
