#include "client/cli/import/csv/import_staging.h"

#include <sqlite3.h>

#include <algorithm>
#include <numeric>

#include "absl/cleanup/cleanup.h"
#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/base/shown_text.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/csv/csv_source.h"

namespace strata::imports {
namespace {

constexpr int kLineBits = 40;

int64_t KeyOf(Origin origin) { return (int64_t{origin.file} << kLineBits) | origin.line; }

absl::Status InFile(const absl::Status& status, absl::string_view file) {
  return absl::Status(status.code(),
                      absl::StrCat(file == "-" ? "standard input" : file, ": ", status.message()));
}

// Where each of `header` stands among the table's columns: files of one table may order them as
// they like, but have the same.
absl::StatusOr<std::vector<int>> MatchColumns(const StagingDatabase::Table& table,
                                              const std::vector<std::string>& header) {
  std::vector<int> places;
  std::vector<std::string> unknown, missing;
  for (const std::string& name : header) {
    const auto column =
        std::find_if(table.columns.begin(), table.columns.end(),
                     [&](const std::string& other) { return absl::EqualsIgnoreCase(other, name); });
    if (column == table.columns.end()) unknown.push_back(name);
    places.push_back(static_cast<int>(column - table.columns.begin()));
  }
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (std::find(places.begin(), places.end(), static_cast<int>(i)) == places.end()) {
      missing.push_back(table.columns[i]);
    }
  }
  if (unknown.empty() && missing.empty()) return places;
  return absl::InvalidArgumentError(absl::StrCat(
      "has other columns than ", table.first_file, ", the first file of table ", table.name, ":",
      missing.empty() ? "" : absl::StrCat(" it lacks ", ShortList(missing)),
      missing.empty() || unknown.empty() ? "" : " and",
      unknown.empty() ? "" : absl::StrCat(" has ", ShortList(unknown)),
      "; the order of columns does not matter, their names do (or load it as another table: --csv "
      "NAME=PATH)"));
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

absl::StatusOr<std::vector<int>> StagingDatabase::PrepareTable(
    const std::string& name, const std::string& shown_name,
    const std::vector<std::string>& header) {
  const auto table = std::find_if(tables_.begin(), tables_.end(), [&](const Table& other) {
    return absl::EqualsIgnoreCase(other.name, name);
  });
  if (table != tables_.end()) return MatchColumns(*table, header);
  const size_t most = sqlite3_limit(handle_, SQLITE_LIMIT_COLUMN, -1) - 2;
  if (header.size() >
      std::min<size_t>(most, sqlite3_limit(handle_, SQLITE_LIMIT_VARIABLE_NUMBER, -1) - 2)) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", header.size(), " columns, more than ", most));
  }
  tables_.push_back({name, shown_name, header});
  const std::string columns = absl::StrJoin(
      header, " TEXT, ",
      [](std::string* out, const std::string& name) { absl::StrAppend(out, QuoteName(name)); });
  STRATA_RETURN_IF_ERROR(Execute(absl::StrCat("CREATE TABLE ", QuoteName(name), " (", columns,
                                              " TEXT, _file TEXT, _line INTEGER)")));
  std::vector<int> places(header.size());
  std::iota(places.begin(), places.end(), 0);
  return places;
}

absl::Status StagingDatabase::Load(const std::string& table, const std::string& path,
                                   const std::string& shown_name, const CsvOptions& options,
                                   const std::function<void(int64_t)>& on_bytes) {
  absl::StatusOr<std::unique_ptr<ByteSource>> source = OpenByteSource(path, options.sheet);
  if (!source.ok()) return InFile(source.status(), path);
  absl::StatusOr<std::unique_ptr<CsvTable>> reader = CsvTable::Open(**source, options);
  if (!reader.ok()) return InFile(reader.status(), path);
  const std::vector<std::string>& header = (*reader)->header();
  for (const std::string& name : header) {
    const std::string lower = absl::AsciiStrToLower(name);
    if (lower == "_file" || lower == "_line") {
      return absl::InvalidArgumentError(absl::StrCat(path, ": a column must not be called ", name));
    }
  }
  const absl::StatusOr<std::vector<int>> places = PrepareTable(table, shown_name, header);
  if (!places.ok()) return InFile(places.status(), path);
  const int32_t file = static_cast<int32_t>(files_.size());
  files_.push_back(shown_name);

  std::string marks;
  for (size_t i = 0; i < header.size(); ++i) absl::StrAppend(&marks, "?,");
  sqlite3_stmt* insert = nullptr;
  const std::string sql =
      absl::StrCat("INSERT INTO ", QuoteName(table), " VALUES (", marks, "?,?)");
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
    if (row.problem) bad_rows_[KeyOf({file, row.line})] = *std::move(row.problem);
    for (int i = 0; i < columns; ++i) {
      const CsvCell& field = row.fields[i];
      const int place = (*places)[i] + 1;
      if (field.text.empty() && !field.quoted) {
        sqlite3_bind_null(insert, place);
      } else {
        sqlite3_bind_text(insert, place, field.text.data(), static_cast<int>(field.text.size()),
                          SQLITE_STATIC);
      }
    }
    sqlite3_bind_int64(insert, columns + 2, row.line);
    if (sqlite3_step(insert) != SQLITE_DONE) return absl::InternalError(sqlite3_errmsg(handle_));
    sqlite3_reset(insert);
    if (++rows_ % 4096 == 0) on_bytes((*reader)->bytes_read());
  }
  on_bytes((*reader)->bytes_read());
  if (std::string encoding = (*reader)->suggested_encoding(); !encoding.empty()) {
    suggested_encoding_ = std::move(encoding);
  }
  for (const std::string& note : (*reader)->notes()) {
    notes_.push_back(absl::StrCat(shown_name, ": ", note));
  }
  return Execute("COMMIT");
}

int32_t StagingDatabase::FileIndex(absl::string_view name) const {
  const auto found = std::find(files_.begin(), files_.end(), name);
  return found == files_.end() ? -1 : static_cast<int32_t>(found - files_.begin());
}

const CsvProblem* StagingDatabase::FindBadRow(Origin origin) const {
  if (bad_rows_.empty() || origin.file < 0) return nullptr;
  const auto found = bad_rows_.find(KeyOf(origin));
  return found == bad_rows_.end() ? nullptr : &found->second;
}

std::vector<std::pair<Origin, CsvProblem>> StagingDatabase::BadRows() const {
  std::vector<std::pair<Origin, CsvProblem>> rows;
  for (const auto& [key, problem] : bad_rows_) {
    const Origin origin{static_cast<int32_t>(key >> kLineBits),
                        key & ((int64_t{1} << kLineBits) - 1)};
    rows.emplace_back(origin, problem);
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.file, a.first.line) < std::pair(b.first.file, b.first.line);
  });
  return rows;
}

}  // namespace strata::imports
