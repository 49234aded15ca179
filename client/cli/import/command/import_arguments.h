#ifndef STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_ARGUMENTS_H_
#define STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_ARGUMENTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/import/import_content.h"
#include "client/cli/import/propose/import_proposal.h"

namespace strata::cli {

// `strata import` as the user gave it.
struct ImportArguments {
  std::string sql;               // --sql: a file with a mapping
  std::vector<std::string> csv;  // --csv: NAME=PATH, or PATH whose name without ending is the table
  std::vector<std::string> paths;  // files to propose a mapping for, or --preset NAME PATH
  std::string preset;
  std::string jsonl;  // --jsonl: a file, or - for standard input
  std::string on_error = "fail";
  std::string rejects;  // a file for what was refused
  bool dry_run = false;
  std::string stream;
  std::string known_rows;  // same, new; empty: such rows refuse the import

  // What is done with a proposed mapping, and what it is told.
  std::string save;                 // a file to write it to
  bool yes = false;                 // import by it without asking
  std::string date_order;           // "dmy", "mdy"; empty: found
  std::string decimal_mark;         // "." or ","; empty: found
  std::vector<std::string> column;  // FIELD=NAME

  // How files are read, see CsvOptions.
  std::string delimiter;  // one character, "tab" or "\t"; empty: detected
  std::string encoding;   // empty: detected
  std::string sheet;
  int skip = -1;
  int footer = -1;
  bool with_header = false, no_header = false;
  std::string columns;                    // "a,b,c"
  std::vector<std::string> null_markers;  // each may hold several, with commas between
  bool ignore_extra = false, strict = false, keep_blanks = false, normalise = false;
};

// INVALID_ARGUMENT for options that say nothing or contradict each other.
absl::StatusOr<imports::CsvOptions> CsvOptionsOf(const ImportArguments& arguments);

// INVALID_ARGUMENT for a field that is not known.
absl::StatusOr<imports::ProposalOptions> ProposalOptionsOf(const ImportArguments& arguments);

// (table, path) of each --csv.
absl::StatusOr<imports::TablesAndPaths> CsvFilesOf(const ImportArguments& arguments);

// (table, path) of each file behind `import`: files with columns of the same names are one table.
absl::StatusOr<imports::TablesAndPaths> FilesToPropose(const ImportArguments& arguments,
                                                       const imports::CsvOptions& options);

// The table that a file becomes when the user names none: its name without endings, "stdin" for -.
std::string TableNameOf(const std::string& path);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_ARGUMENTS_H_
