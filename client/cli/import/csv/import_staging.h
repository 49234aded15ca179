#ifndef STRATA_CLIENT_CLI_IMPORT_CSV_IMPORT_STAGING_H_
#define STRATA_CLIENT_CLI_IMPORT_CSV_IMPORT_STAGING_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/import/csv/csv_table.h"
#include "client/cli/import/csv/import_reject.h"

struct sqlite3;

namespace strata::imports {

// The files of an import as tables of a temporary SQLite database, which is gone with this object.
// All columns are TEXT with the names of the header; an empty field is NULL unless it was quoted.
// Two columns more, _file and _line, say where a row comes from.
class StagingDatabase {
 public:
  static absl::StatusOr<std::unique_ptr<StagingDatabase>> Create();
  ~StagingDatabase();
  StagingDatabase(const StagingDatabase&) = delete;
  StagingDatabase& operator=(const StagingDatabase&) = delete;

  // Reads a file into `table`, "-" being standard input; a table that exists gets more rows, from
  // a file with columns of the same names in any order. `shown_name` is what _file holds. Rows that
  // are bad as CSV are loaded as far as they can be read and remembered, see BadRows. `on_bytes`
  // hears how much of the file is read. NOT_FOUND, DATA_LOSS, INVALID_ARGUMENT name the file.
  absl::Status Load(const std::string& table, const std::string& path,
                    const std::string& shown_name, const CsvOptions& options,
                    const std::function<void(int64_t)>& on_bytes);

  // The tables so far, in order of loading, with their columns.
  struct Table {
    std::string name;
    std::string first_file;  // its shown name
    std::vector<std::string> columns;
  };
  const std::vector<Table>& tables() const { return tables_; }

  // The likely encoding of a file that held bytes which were no text; empty when all was well.
  const std::string& suggested_encoding() const { return suggested_encoding_; }

  // What was decided in reading the files, each sentence behind its file's name.
  const std::vector<std::string>& notes() const { return notes_; }

  sqlite3* handle() const { return handle_; }

  // The names in _file by Origin::file.
  const std::vector<std::string>& files() const { return files_; }
  // -1 for a name that was not loaded.
  int32_t FileIndex(absl::string_view name) const;
  int64_t rows() const { return rows_; }

  // The rows that are bad as CSV, by file and line.
  std::vector<std::pair<Origin, CsvProblem>> BadRows() const;
  bool has_bad_rows() const { return !bad_rows_.empty(); }
  // Null when the row is good.
  const CsvProblem* FindBadRow(Origin origin) const;

 private:
  explicit StagingDatabase(sqlite3* handle) : handle_(handle) {}
  absl::Status Execute(const std::string& sql);
  // Where each column of `header` stands in the table, which is made if it is new.
  absl::StatusOr<std::vector<int>> PrepareTable(const std::string& table,
                                                const std::string& shown_name,
                                                const std::vector<std::string>& header);

  sqlite3* const handle_;
  std::vector<std::string> files_;
  std::vector<Table> tables_;
  std::vector<std::string> notes_;
  std::string suggested_encoding_;
  absl::node_hash_map<int64_t, CsvProblem> bad_rows_;  // by file << 40 | line
  int64_t rows_ = 0;
};

// "name" for SQL.
std::string QuoteName(absl::string_view name);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_CSV_IMPORT_STAGING_H_
