#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_BAD_ROWS_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_BAD_ROWS_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/import/csv/import_reject.h"
#include "client/cli/import/csv/import_staging.h"
#include "client/cli/import/mapping/mapping_fields.h"

namespace strata::imports {

// A source row that is refused: bad as CSV, or with a value that its record cannot take.
struct BadRow {
  Origin origin;
  std::vector<FieldProblem> problems;
  // Of the record that its value was refused in; empty for a row that is bad as CSV.
  std::string record, id;
};

// Columns that a mapping reads: (table, column) in lower case.
using ReadColumns = std::set<std::pair<std::string, std::string>>;

// The refused rows of an import, and what takes them out of the tables and puts them back for a
// trial. The rows are numbered from 0.
class BadRows {
 public:
  // Begins with the rows that are bad as CSV.
  explicit BadRows(StagingDatabase& staging);

  bool empty() const { return rows_.empty(); }
  int size() const { return static_cast<int>(rows_.size()); }
  const BadRow& row(int number) const { return rows_[static_cast<size_t>(number)]; }
  // -1 when the row is good.
  int NumberOf(Origin origin) const;
  // False when the row was bad already.
  bool Add(BadRow row);

  // Takes all of them out of the tables. What the following functions need lies in temporary
  // tables, so a savepoint around a run undoes all of it.
  absl::Status Hide();
  // Puts the rows from `first` to before `last` back as they were read.
  absl::Status ShowAsRead(int first, int last);
  // Puts them back once for each column of theirs in `columns` and either end of the alphabet, with
  // a text in that column that nothing else holds: whatever such a row can change, it changes now.
  absl::Status ShowDisturbed(int first, int last, const ReadColumns& columns);
  // How many rows ShowDisturbed adds for each bad row, at most.
  int DisturbedCopies(const ReadColumns& columns) const;
  // Puts one row back as it was read and, where its last fields are missing, with values in them
  // that other rows have. False when none is missing.
  absl::StatusOr<bool> ShowCompleted(int number);

  // A value that was refused where the mapping does not say which row it comes from.
  struct Witness {
    std::string text;  // the value as it stands in the file
    std::string id;    // of the record; empty: it was in none
    BadRow row;        // without the origin
  };
  // Marks the rows that hold a witness's text and its id as bad. False when no new one was found.
  // Reads all rows.
  absl::StatusOr<bool> AddHolders(const std::vector<Witness>& witnesses);
  // The bad rows that hold one of `texts` in a cell, by that text. Reads all rows.
  absl::StatusOr<absl::flat_hash_map<std::string, std::vector<int>>> HoldersOf(
      const absl::flat_hash_set<std::string>& texts);

  // The number of the bad row whose disturbed copy `text` comes from; -1 for other text.
  static int DisturbedBy(absl::string_view text);

 private:
  // A staged table with its columns, _file and _line last.
  struct Table {
    std::string name;
    std::vector<std::string> columns;
    std::string copy;  // the temporary table with the bad rows
  };

  void ReadTables();
  // Calls `visit` with each staged row and its cells.
  absl::Status ForEachRow(
      const std::function<void(Origin, const std::vector<std::string>&)>& visit);
  absl::Status Execute(const std::string& sql);
  // Copies rows with `expressions` in place of columns (empty: the column as it is).
  absl::Status Insert(const Table& table, const std::vector<std::string>& expressions,
                      const std::string& condition);
  absl::StatusOr<bool> CompleteIn(const Table& table, int number);

  StagingDatabase& staging_;
  std::vector<BadRow> rows_;
  absl::flat_hash_map<std::pair<int32_t, int64_t>, int> numbers_;
  std::vector<Table> tables_;
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_BAD_ROWS_H_
