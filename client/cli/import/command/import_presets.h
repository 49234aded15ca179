#ifndef STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_PRESETS_H_
#define STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_PRESETS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::cli {

// A mapping that comes with the program (deploy/imports), for a data set of a known form.
struct ImportPreset {
  std::string name;          // "internet-sales"
  std::string mapping_name;  // "internet-sales.sql"
  absl::string_view mapping;
  // The files that PATH must hold, without ".csv"; each becomes the table of its name. Empty: PATH
  // is a file itself, and becomes the table `table`.
  std::vector<std::string> folder_tables;
  std::string table;
  // How the workspace is made when it is missing; its id is set by the caller.
  v1::Workspace workspace;

  // (table, path) for each file under what the user gave.
  std::vector<std::pair<std::string, std::string>> FilesUnder(const std::string& path) const;
};

// INVALID_ARGUMENT with the names there are.
absl::StatusOr<ImportPreset> FindPreset(absl::string_view name);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_PRESETS_H_
