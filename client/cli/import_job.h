#ifndef STRATA_CLIENT_CLI_IMPORT_JOB_H_
#define STRATA_CLIENT_CLI_IMPORT_JOB_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/command.h"
#include "client/cli/import_arguments.h"
#include "client/cli/import_reject.h"
#include "client/cli/import_spool.h"
#include "client/cli/import_staging.h"
#include "client/cli/import_summary.h"
#include "client/cli/mapping_script.h"
#include "client/cli/row_identity.h"

namespace strata::cli {

// The records of an import, read and converted, and what could not be.
struct ImportContent {
  std::string name;                // of the import, for the write stream: "internet-sales.sql"
  std::vector<std::string> files;  // that Origin::file counts
  std::vector<std::string> notes;  // what was decided in reading them, for people
  std::unique_ptr<RecordSpool> records;
  ImportSummary summary;  // of the records
};

// Reads files into tables; sets the content's files and notes.
absl::StatusOr<std::unique_ptr<StagingDatabase>> StageFiles(const Context& context,
                                                            const TablesAndPaths& files,
                                                            const CsvOptions& options,
                                                            ImportContent& content);

// The statements of the mapping called `name`; INVALID_ARGUMENT names it.
absl::StatusOr<std::vector<MappingStatement>> ParseNamedMapping(const std::string& name,
                                                                absl::string_view mapping);

// Runs a mapping, called content.name, over the staged tables: sets records, summary and notes.
// What cannot be converted goes to the log. `known_rows` decides the ids of records that have none.
absl::Status ConvertStaged(const Context& context, StagingDatabase& staging,
                           const std::vector<MappingStatement>& statements,
                           const std::string& time_zone, ImportContent& content, RejectLog& rejects,
                           KnownRows known_rows);

// All of it.
absl::StatusOr<ImportContent> ReadCsvFiles(const Context& context, const std::string& mapping_name,
                                           absl::string_view mapping, const TablesAndPaths& files,
                                           const CsvOptions& options, const std::string& time_zone,
                                           RejectLog& rejects,
                                           KnownRows known_rows = KnownRows::kRefuse);

// Reads records as JSON lines; "-" is standard input.
absl::StatusOr<ImportContent> ReadJsonFile(const Context& context, const std::string& path,
                                           RejectLog& rejects);

// The whole command. INVALID_ARGUMENT for arguments that do not go together and for a wrong
// mapping, DATA_LOSS when bad records keep the good ones out.
absl::Status RunImport(Context& context, const ImportArguments& arguments);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_IMPORT_JOB_H_
