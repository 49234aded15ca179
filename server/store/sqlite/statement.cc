#include "server/store/sqlite/statement.h"

#include <sqlite3.h>

#include "absl/strings/str_cat.h"

namespace strata::store {
namespace {

absl::StatusCode CodeOf(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
      return absl::StatusCode::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_INTERRUPT:
      return absl::StatusCode::kCancelled;
    default:
      return absl::StatusCode::kInternal;
  }
}

// SQLite takes a null pointer for NULL, and an empty string_view may have one.
const char* DataOf(absl::string_view value) { return value.data() == nullptr ? "" : value.data(); }

}  // namespace

absl::Status StatusFromSqlite(sqlite3* db, int code, absl::string_view doing) {
  const int extended = db == nullptr ? code : sqlite3_extended_errcode(db);
  // A misuse of the interface leaves no trace in the connection; then the code itself says most.
  const int shown = (extended & 0xff) == (code & 0xff) ? extended : code;
  const char* words =
      db != nullptr && shown == extended ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  return absl::Status(CodeOf(code), absl::StrCat(doing, ": ", words, " (", sqlite3_errstr(shown),
                                                 ", SQLite code ", shown, ")"));
}

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(handle_);
    handle_ = other.handle_;
    other.handle_ = nullptr;
  }
  return *this;
}

Execution::~Execution() { sqlite3_reset(handle_); }

Execution& Execution::Int(int64_t value) {
  bind_error_ |= sqlite3_bind_int64(handle_, ++bound_, value);
  return *this;
}

Execution& Execution::Real(double value) {
  bind_error_ |= sqlite3_bind_double(handle_, ++bound_, value);
  return *this;
}

Execution& Execution::Text(absl::string_view value) {
  bind_error_ |= sqlite3_bind_text(handle_, ++bound_, DataOf(value), static_cast<int>(value.size()),
                                   SQLITE_STATIC);
  return *this;
}

Execution& Execution::Blob(absl::string_view value) {
  bind_error_ |= sqlite3_bind_blob(handle_, ++bound_, DataOf(value), static_cast<int>(value.size()),
                                   SQLITE_STATIC);
  return *this;
}

Execution& Execution::Null() {
  bind_error_ |= sqlite3_bind_null(handle_, ++bound_);
  return *this;
}

absl::Status Execution::Failure(int code) const {
  return StatusFromSqlite(sqlite3_db_handle(handle_), code, sqlite3_sql(handle_));
}

absl::StatusOr<bool> Execution::Step() {
  if (bind_error_ != SQLITE_OK) return Failure(SQLITE_MISUSE);
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return Failure(code);
}

absl::Status Execution::Run() {
  if (bind_error_ != SQLITE_OK) return Failure(SQLITE_MISUSE);
  int code;
  do {
    code = sqlite3_step(handle_);
  } while (code == SQLITE_ROW);
  return code == SQLITE_DONE ? absl::OkStatus() : Failure(code);
}

int Execution::columns() const { return sqlite3_column_count(handle_); }

bool Execution::IsNull(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

int64_t Execution::IntAt(int column) const { return sqlite3_column_int64(handle_, column); }

double Execution::RealAt(int column) const { return sqlite3_column_double(handle_, column); }

absl::string_view Execution::TextAt(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_column_bytes(handle_, column))};
}

absl::string_view Execution::BlobAt(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(sqlite3_column_bytes(handle_, column))};
}

}  // namespace strata::store
