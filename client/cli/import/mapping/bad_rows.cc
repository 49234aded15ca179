#include "client/cli/import/mapping/bad_rows.h"

#include <sqlite3.h>

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/base/status_macros.h"

namespace strata::imports {
namespace {

constexpr char kNumberColumn[] = "strata_bad_number";
// In front of a disturbed value: no text of a file stands before the first or behind the last one.
constexpr absl::string_view kLowMark =
    "\x01"
    "bad";
constexpr absl::string_view kHighMark =
    "\xF4\x8F\xBF\xBD"
    "bad";
constexpr int kCompletions = 64;  // of a row whose last fields are missing

// A value that stands before (or behind) all others and that no other copy has.
std::string Disturbance(bool low, size_t column) {
  return absl::StrCat(low ? "char(1)" : "char(1114109)", " || 'bad' || ", kNumberColumn, " || '.",
                      column, "'");
}

}  // namespace

BadRows::BadRows(StagingDatabase& staging) : staging_(staging) {
  for (const auto& [origin, problem] : staging.BadRows()) {
    Add({.origin = origin, .problems = {{problem.field, problem.reason, problem.message}}});
  }
}

int BadRows::NumberOf(Origin origin) const {
  const auto found = numbers_.find({origin.file, origin.line});
  return found == numbers_.end() ? -1 : found->second;
}

bool BadRows::Add(BadRow row) {
  if (!numbers_.try_emplace({row.origin.file, row.origin.line}, size()).second) return false;
  rows_.push_back(std::move(row));
  return true;
}

absl::Status BadRows::Execute(const std::string& sql) {
  if (sqlite3_exec(staging_.handle(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) {
    return absl::OkStatus();
  }
  return absl::InternalError(sqlite3_errmsg(staging_.handle()));
}

void BadRows::ReadTables() {
  if (!tables_.empty()) return;
  for (const StagingDatabase::Table& staged : staging_.tables()) {
    Table table{.name = staged.name,
                .columns = staged.columns,
                .copy = absl::StrCat("strata_bad_", tables_.size())};
    table.columns.insert(table.columns.end(), {"_file", "_line"});
    tables_.push_back(std::move(table));
  }
}

absl::Status BadRows::Hide() {
  ReadTables();
  STRATA_RETURN_IF_ERROR(
      Execute(absl::StrCat("CREATE TEMP TABLE strata_bad_rows (file TEXT, line INTEGER, ",
                           kNumberColumn, " INTEGER, PRIMARY KEY (file, line)) WITHOUT ROWID")));
  sqlite3_stmt* insert = nullptr;
  if (sqlite3_prepare_v2(staging_.handle(), "INSERT INTO temp.strata_bad_rows VALUES (?, ?, ?)", -1,
                         &insert, nullptr) != SQLITE_OK) {
    return absl::InternalError(sqlite3_errmsg(staging_.handle()));
  }
  const absl::Cleanup finalize = [insert] { sqlite3_finalize(insert); };
  for (int number = 0; number < size(); ++number) {
    const Origin origin = row(number).origin;
    const std::string& file = staging_.files()[static_cast<size_t>(origin.file)];
    sqlite3_bind_text(insert, 1, file.data(), static_cast<int>(file.size()), SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, origin.line);
    sqlite3_bind_int(insert, 3, number);
    if (sqlite3_step(insert) != SQLITE_DONE) {
      return absl::InternalError(sqlite3_errmsg(staging_.handle()));
    }
    sqlite3_reset(insert);
  }
  for (const Table& table : tables_) {
    STRATA_RETURN_IF_ERROR(Execute(absl::StrCat(
        "CREATE TEMP TABLE ", table.copy, " AS SELECT t.*, b.", kNumberColumn, " FROM main.",
        QuoteName(table.name),
        " AS t JOIN temp.strata_bad_rows AS b ON b.file = t._file AND b.line = t._line; "
        "DELETE FROM main.",
        QuoteName(table.name),
        " WHERE (_file, _line) IN (SELECT file, line FROM temp.strata_bad_rows)")));
  }
  return absl::OkStatus();
}

absl::Status BadRows::Insert(const Table& table, const std::vector<std::string>& expressions,
                             const std::string& condition) {
  std::string values;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    absl::StrAppend(&values, i == 0 ? "" : ", ",
                    expressions.empty() || expressions[i].empty() ? QuoteName(table.columns[i])
                                                                  : expressions[i]);
  }
  return Execute(absl::StrCat("INSERT INTO main.", QuoteName(table.name), " SELECT ", values,
                              " FROM temp.", table.copy, " WHERE ", condition));
}

absl::Status BadRows::ShowAsRead(int first, int last) {
  for (const Table& table : tables_) {
    STRATA_RETURN_IF_ERROR(
        Insert(table, {},
               absl::StrCat(kNumberColumn, " >= ", first, " AND ", kNumberColumn, " < ", last)));
  }
  return absl::OkStatus();
}

absl::Status BadRows::ShowDisturbed(int first, int last, const ReadColumns& columns) {
  for (const Table& table : tables_) {
    for (size_t i = 0; i + 2 < table.columns.size(); ++i) {
      if (!columns.contains(
              {absl::AsciiStrToLower(table.name), absl::AsciiStrToLower(table.columns[i])})) {
        continue;
      }
      for (const bool low : {true, false}) {
        std::vector<std::string> expressions(table.columns.size());
        expressions[i] = Disturbance(low, i);
        STRATA_RETURN_IF_ERROR(Insert(
            table, expressions,
            absl::StrCat(kNumberColumn, " >= ", first, " AND ", kNumberColumn, " < ", last)));
      }
    }
  }
  return absl::OkStatus();
}

int BadRows::DisturbedCopies(const ReadColumns& columns) const {
  absl::flat_hash_map<std::string, int> read;
  int most = 1;
  for (const auto& [table, column] : columns) most = std::max(most, 2 * ++read[table]);
  return most;
}

absl::StatusOr<bool> BadRows::ShowCompleted(int number) {
  STRATA_RETURN_IF_ERROR(ShowAsRead(number, number + 1));
  bool any = false;
  for (const Table& table : tables_) {
    STRATA_ASSIGN_OR_RETURN(const bool lacks, CompleteIn(table, number));
    any = any || lacks;
  }
  return any;
}

absl::StatusOr<bool> BadRows::CompleteIn(const Table& table, int number) {
  sqlite3_stmt* row = nullptr;
  const std::string sql =
      absl::StrCat("SELECT * FROM temp.", table.copy, " WHERE ", kNumberColumn, " = ", number);
  if (sqlite3_prepare_v2(staging_.handle(), sql.c_str(), -1, &row, nullptr) != SQLITE_OK) {
    return absl::InternalError(sqlite3_errmsg(staging_.handle()));
  }
  size_t missing = table.columns.size() - 2;  // the first field of those at the end
  const bool found = sqlite3_step(row) == SQLITE_ROW;
  while (found && missing > 0 &&
         sqlite3_column_type(row, static_cast<int>(missing) - 1) == SQLITE_NULL) {
    --missing;
  }
  sqlite3_finalize(row);
  if (!found || missing == table.columns.size() - 2) return false;
  const std::string condition = absl::StrCat(kNumberColumn, " = ", number);
  std::string others;
  for (const bool low : {true, false}) {
    std::vector<std::string> expressions(table.columns.size());
    for (size_t i = missing; i + 2 < table.columns.size(); ++i) {
      expressions[i] = Disturbance(low, i);
      if (low) absl::StrAppend(&others, others.empty() ? "" : ", ", QuoteName(table.columns[i]));
    }
    STRATA_RETURN_IF_ERROR(Insert(table, expressions, condition));
  }
  std::string values;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const bool filled = i >= missing && i + 2 < table.columns.size();
    absl::StrAppend(&values, i == 0 ? "" : ", ", filled ? "other." : "bad.",
                    QuoteName(table.columns[i]));
  }
  STRATA_RETURN_IF_ERROR(Execute(absl::StrCat(
      "INSERT INTO main.", QuoteName(table.name), " SELECT ", values, " FROM temp.", table.copy,
      " AS bad, (SELECT DISTINCT ", others, " FROM main.", QuoteName(table.name), " LIMIT ",
      kCompletions, ") AS other WHERE bad.", condition)));
  return true;
}

absl::Status BadRows::ForEachRow(
    const std::function<void(Origin, const std::vector<std::string>&)>& visit) {
  ReadTables();
  for (const Table& table : tables_) {
    sqlite3_stmt* rows = nullptr;
    const std::string sql = absl::StrCat("SELECT * FROM main.", QuoteName(table.name));
    if (sqlite3_prepare_v2(staging_.handle(), sql.c_str(), -1, &rows, nullptr) != SQLITE_OK) {
      return absl::InternalError(sqlite3_errmsg(staging_.handle()));
    }
    const absl::Cleanup finalize = [rows] { sqlite3_finalize(rows); };
    std::vector<std::string> cells(table.columns.size());
    while (sqlite3_step(rows) == SQLITE_ROW) {
      for (size_t i = 0; i < cells.size(); ++i) {
        const auto* text =
            reinterpret_cast<const char*>(sqlite3_column_text(rows, static_cast<int>(i)));
        cells[i] = text == nullptr ? "" : text;
      }
      const int64_t line = sqlite3_column_int64(rows, static_cast<int>(cells.size()) - 1);
      visit({staging_.FileIndex(cells[cells.size() - 2]), line}, cells);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> BadRows::AddHolders(const std::vector<Witness>& witnesses) {
  absl::flat_hash_map<std::string, std::vector<const Witness*>> by_text;
  for (const Witness& witness : witnesses) {
    if (!witness.text.empty()) by_text[witness.text].push_back(&witness);
  }
  bool added = false;
  STRATA_RETURN_IF_ERROR(ForEachRow([&](Origin origin, const std::vector<std::string>& cells) {
    for (size_t i = 0; i + 2 < cells.size(); ++i) {
      const auto found = by_text.find(cells[i]);
      if (found == by_text.end()) continue;
      for (const Witness* witness : found->second) {
        if (!witness->id.empty() &&
            std::find(cells.begin(), cells.end() - 2, witness->id) == cells.end() - 2) {
          continue;
        }
        BadRow row = witness->row;
        row.origin = origin;
        added = Add(std::move(row)) || added;
      }
    }
  }));
  return added;
}

absl::StatusOr<absl::flat_hash_map<std::string, std::vector<int>>> BadRows::HoldersOf(
    const absl::flat_hash_set<std::string>& texts) {
  absl::flat_hash_map<std::string, std::vector<int>> holders;
  STRATA_RETURN_IF_ERROR(ForEachRow([&](Origin origin, const std::vector<std::string>& cells) {
    const int number = NumberOf(origin);
    if (number < 0) return;
    for (size_t i = 0; i + 2 < cells.size(); ++i) {
      if (cells[i].empty() || !texts.contains(cells[i])) continue;
      std::vector<int>& of_text = holders[cells[i]];
      if (of_text.empty() || of_text.back() != number) of_text.push_back(number);
    }
  }));
  return holders;
}

int BadRows::DisturbedBy(absl::string_view text) {
  for (const absl::string_view mark : {kLowMark, kHighMark}) {
    const size_t at = text.find(mark);
    if (at == absl::string_view::npos) continue;
    const absl::string_view rest = text.substr(at + mark.size());
    int number = -1;
    if (absl::SimpleAtoi(rest.substr(0, rest.find('.')), &number)) return number;
  }
  return -1;
}

}  // namespace strata::imports
