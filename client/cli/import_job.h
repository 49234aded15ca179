#ifndef STRATA_CLIENT_CLI_IMPORT_JOB_H_
#define STRATA_CLIENT_CLI_IMPORT_JOB_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/command.h"
#include "client/cli/csv_reader.h"
#include "client/cli/import_reject.h"
#include "client/cli/import_spool.h"

namespace strata::cli {

// `strata import` as the user gave it.
struct ImportArguments {
  std::string sql;               // --sql: a file with a mapping
  std::vector<std::string> csv;  // --csv: NAME=PATH, or PATH whose name without ending is the table
  std::string preset, path;      // --preset NAME PATH
  std::string jsonl;             // --jsonl: a file, or - for standard input
  std::string delimiter;         // one character, "tab" or "\t"; empty: detected
  std::string encoding;          // empty: detected
  std::string on_error = "fail";
  std::string rejects;  // a file for what was refused
  bool dry_run = false;
  std::string stream;
};

// The records of an import, read and converted, and what could not be.
struct ImportContent {
  std::string name;                // of the import, for the write stream: "internet-sales.sql"
  std::vector<std::string> files;  // that Origin::file counts
  std::unique_ptr<RecordSpool> records;
};

// Reads CSV files and runs a mapping over them. `files` are (table, path). Rejects go to the log.
absl::StatusOr<ImportContent> ReadCsvFiles(
    const Context& context, const std::string& mapping_name, absl::string_view mapping,
    const std::vector<std::pair<std::string, std::string>>& files, const CsvOptions& options,
    const std::string& time_zone, RejectLog& rejects);

// Reads records as JSON lines; "-" is standard input.
absl::StatusOr<ImportContent> ReadJsonFile(const Context& context, const std::string& path,
                                           RejectLog& rejects);

// The whole command. INVALID_ARGUMENT for arguments that do not go together and for a wrong
// mapping, DATA_LOSS when bad records keep the good ones out.
absl::Status RunImport(Context& context, const ImportArguments& arguments);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_IMPORT_JOB_H_
