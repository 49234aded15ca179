#include "client/cli/import_staging.h"

#include <sqlite3.h>

#include <algorithm>
#include <fstream>

#include "absl/cleanup/cleanup.h"
#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "server/base/status_macros.h"

namespace strata::cli {
namespace {

constexpr int kLineBits = 40;

int64_t KeyOf(Origin origin) { return (int64_t{origin.file} << kLineBits) | origin.line; }

absl::Status InFile(const absl::Status& status, absl::string_view file) {
  return absl::Status(status.code(), absl::StrCat(file, ": ", status.message()));
}

}  // namespace

std::string QuoteName(absl::string_view name) {
  return absl::StrCat("\"", absl::StrReplaceAll(name, {{"\"", "\"\""}}), "\"");
}

absl::StatusOr<std::unique_ptr<StagingDatabase>> StagingDatabase::Create() {
  sqlite3* handle = nullptr;
  // An empty name is a private database on disk that SQLite removes when it is closed.
  if (sqlite3_open("", &handle) != SQLITE_OK) {
    sqlite3_close(handle);
    return absl::InternalError("no temporary SQLite database could be made");
  }
  auto staging = absl::WrapUnique(new StagingDatabase(handle));
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  STRATA_RETURN_IF_ERROR(staging->Execute(
      "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;"));
  return staging;
}

StagingDatabase::~StagingDatabase() { sqlite3_close_v2(handle_); }

absl::Status StagingDatabase::Execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) {
    return absl::OkStatus();
  }
  return absl::InternalError(sqlite3_errmsg(handle_));
}

absl::Status StagingDatabase::PrepareTable(const std::string& table,
                                           const std::vector<std::string>& header) {
  const auto [entry, added] = headers_.try_emplace(absl::AsciiStrToLower(table), header);
  if (!added) {
    if (entry->second == header) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("has other columns than the first file of ", table));
  }
  const size_t most = sqlite3_limit(handle_, SQLITE_LIMIT_COLUMN, -1) - 2;
  if (header.size() >
      std::min<size_t>(most, sqlite3_limit(handle_, SQLITE_LIMIT_VARIABLE_NUMBER, -1) - 2)) {
    return absl::InvalidArgumentError(absl::StrCat("has more than ", most, " columns"));
  }
  tables_.push_back(table);
  const std::string columns = absl::StrJoin(
      header, " TEXT, ",
      [](std::string* out, const std::string& name) { absl::StrAppend(out, QuoteName(name)); });
  return Execute(absl::StrCat("CREATE TABLE ", QuoteName(table), " (", columns,
                              " TEXT, _file TEXT, _line INTEGER)"));
}

absl::Status StagingDatabase::Load(const std::string& table, const std::string& path,
                                   const std::string& shown_name, const CsvOptions& options,
                                   const std::function<void(int64_t)>& on_bytes) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat(path, ": no such file, or it cannot be read"));
  absl::StatusOr<std::unique_ptr<CsvReader>> reader = CsvReader::Create(in, options);
  if (!reader.ok()) return InFile(reader.status(), path);
  const std::vector<std::string>& header = (*reader)->header();
  for (const std::string& name : header) {
    const std::string lower = absl::AsciiStrToLower(name);
    if (lower == "_file" || lower == "_line") {
      return absl::InvalidArgumentError(absl::StrCat(path, ": a column must not be called ", name));
    }
  }
  if (const absl::Status status = PrepareTable(table, header); !status.ok()) {
    return InFile(status, path);
  }
  const int32_t file = static_cast<int32_t>(files_.size());
  files_.push_back(shown_name);

  std::string places;
  for (size_t i = 0; i < header.size(); ++i) absl::StrAppend(&places, "?,");
  sqlite3_stmt* insert = nullptr;
  const std::string sql =
      absl::StrCat("INSERT INTO ", QuoteName(table), " VALUES (", places, "?,?)");
  if (sqlite3_prepare_v2(handle_, sql.c_str(), -1, &insert, nullptr) != SQLITE_OK) {
    return absl::InternalError(sqlite3_errmsg(handle_));
  }
  const absl::Cleanup finalize = [insert] { sqlite3_finalize(insert); };
  const int columns = static_cast<int>(header.size());
  sqlite3_bind_text(insert, columns + 1, shown_name.data(), static_cast<int>(shown_name.size()),
                    SQLITE_STATIC);
  STRATA_RETURN_IF_ERROR(Execute("BEGIN"));
  CsvRow row;
  while (true) {
    absl::StatusOr<bool> more = (*reader)->Next(&row);
    if (!more.ok()) return InFile(more.status(), path);
    if (!*more) break;
    if (row.problem) bad_rows_[KeyOf({file, row.line})].problem = *std::move(row.problem);
    for (int i = 0; i < columns; ++i) {
      const CsvCell& field = row.fields[i];
      if (field.text.empty() && !field.quoted) {
        sqlite3_bind_null(insert, i + 1);
      } else {
        sqlite3_bind_text(insert, i + 1, field.text.data(), static_cast<int>(field.text.size()),
                          SQLITE_STATIC);
      }
    }
    sqlite3_bind_int64(insert, columns + 2, row.line);
    if (sqlite3_step(insert) != SQLITE_DONE) return absl::InternalError(sqlite3_errmsg(handle_));
    sqlite3_reset(insert);
    if (++rows_ % 4096 == 0) on_bytes((*reader)->bytes_read());
  }
  on_bytes((*reader)->bytes_read());
  return Execute("COMMIT");
}

int32_t StagingDatabase::FileIndex(absl::string_view name) const {
  const auto found = std::find(files_.begin(), files_.end(), name);
  return found == files_.end() ? -1 : static_cast<int32_t>(found - files_.begin());
}

StagingDatabase::BadRow* StagingDatabase::FindBadRow(Origin origin) {
  if (bad_rows_.empty() || origin.file < 0) return nullptr;
  const auto found = bad_rows_.find(KeyOf(origin));
  return found == bad_rows_.end() ? nullptr : &found->second;
}

std::vector<Reject> StagingDatabase::UnreportedBadRows() const {
  std::vector<int64_t> keys;
  for (const auto& [key, bad] : bad_rows_) {
    if (!bad.reported) keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end());
  std::vector<Reject> rejects;
  for (const int64_t key : keys) {
    const CsvProblem& problem = bad_rows_.at(key).problem;
    rejects.push_back({.file = files_[static_cast<size_t>(key >> kLineBits)],
                       .line = key & ((int64_t{1} << kLineBits) - 1),
                       .field = problem.field,
                       .reason = problem.reason,
                       .message = problem.message});
  }
  return rejects;
}

absl::Status StagingDatabase::HideBadRows() {
  std::string sql;
  if (!knows_bad_rows_) {
    sql = "CREATE TEMP TABLE strata_bad_rows (file TEXT, line INTEGER, PRIMARY KEY (file, line));";
    for (const auto& [key, bad] : bad_rows_) {
      char* insert = sqlite3_mprintf("INSERT INTO strata_bad_rows VALUES (%Q, %lld);",
                                     files_[static_cast<size_t>(key >> kLineBits)].c_str(),
                                     static_cast<long long>(key & ((int64_t{1} << kLineBits) - 1)));
      absl::StrAppend(&sql, insert);
      sqlite3_free(insert);
    }
    knows_bad_rows_ = true;
  }
  absl::StrAppend(&sql, "SAVEPOINT strata_hide;");
  for (const std::string& table : tables_) {
    absl::StrAppend(&sql, "DELETE FROM ", QuoteName(table),
                    " WHERE (_file, _line) IN (SELECT file, line FROM strata_bad_rows);");
  }
  return Execute(sql);
}

absl::Status StagingDatabase::ShowBadRows() {
  return Execute("ROLLBACK TO strata_hide; RELEASE strata_hide;");
}

}  // namespace strata::cli
