#ifndef STRATA_CLIENT_CLI_IMPORT_IMPORT_CONTENT_H_
#define STRATA_CLIENT_CLI_IMPORT_IMPORT_CONTENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/import/csv/csv_table.h"
#include "client/cli/import/csv/import_reject.h"
#include "client/cli/import/csv/import_staging.h"
#include "client/cli/import/import_summary.h"
#include "client/cli/import/mapping/import_spool.h"
#include "client/cli/import/mapping/mapping_script.h"
#include "client/cli/import/mapping/row_identity.h"

// The library strata::import: files of any shape (CSV, Excel workbooks, JSON lines) into records of
// records.proto, by a mapping in SQL. It knows neither a server nor a terminal, so that a backend
// can link it, store the records with an AppendWriter, and answer with what was refused:
//
//   strata::imports::RejectLog rejects;
//   auto content = strata::imports::ReadCsvFiles(
//       {.mapping_name = "orders.sql", .mapping = sql, .files = {{"orders", "orders.csv"}}},
//       rejects);
//   if (!content.ok()) return content.status();
//   for (strata::v1::Record record; *content->records->Next(&record);) writer->Append(record);
//
// ProposeMapping (client/cli/import/propose/import_proposal.h) writes the mapping for files that
// nobody has one for. One import is used from one thread.

namespace strata::imports {

// The records of an import, read and converted, and what could not be.
struct ImportContent {
  std::string name;                // of the import, for the write stream: "internet-sales.sql"
  std::vector<std::string> files;  // that Origin::file counts
  std::vector<std::string> notes;  // what was decided in reading them, for people
  std::unique_ptr<RecordSpool> records;
  ImportSummary summary;  // of the records
};

// (table, path) of each file; "-" is standard input.
using TablesAndPaths = std::vector<std::pair<std::string, std::string>>;

// How far an import is, for whoever shows it.
struct ImportStep {
  absl::string_view verb;  // "reading", "converting"
  absl::string_view unit;  // of what is counted: "bytes", "rows"
  int64_t total = 0;       // 0: not known
  int64_t done = 0;
  bool ended = false;  // heard last, also when the step fails
};
using OnStep = std::function<void(const ImportStep&)>;

// Reads files into tables; sets the content's files and notes. Errors are those of
// StagingDatabase::Load.
absl::StatusOr<std::unique_ptr<StagingDatabase>> StageFiles(const TablesAndPaths& files,
                                                            const CsvOptions& options,
                                                            ImportContent& content,
                                                            const OnStep& on_step = {});

// The statements of the mapping called `name`; INVALID_ARGUMENT names it.
absl::StatusOr<std::vector<MappingStatement>> ParseNamedMapping(const std::string& name,
                                                                absl::string_view mapping);

// How staged tables become records.
struct Conversion {
  std::string time_zone = "UTC";              // IANA; where times without an offset are local
  KnownRows known_rows = KnownRows::kRefuse;  // decides the ids of records that have none
};

// Runs a mapping, called content.name, over the staged tables: sets records, summary and notes.
// What cannot be converted goes to the log. FAILED_PRECONDITION for a time zone that this machine
// does not know; else as MappingRunner::Run.
absl::Status ConvertStaged(StagingDatabase& staging,
                           const std::vector<MappingStatement>& statements,
                           const Conversion& conversion, ImportContent& content, RejectLog& rejects,
                           const OnStep& on_step = {});

// All of it.
struct CsvImport {
  std::string mapping_name;  // for messages and the write stream: "orders.sql"
  absl::string_view mapping;
  TablesAndPaths files;
  CsvOptions options;
  Conversion conversion;
};
absl::StatusOr<ImportContent> ReadCsvFiles(const CsvImport& import, RejectLog& rejects,
                                           const OnStep& on_step = {});

// Reads records as JSON lines (ReadJsonLines). NOT_FOUND for a file that cannot be read.
absl::StatusOr<ImportContent> ReadJsonFile(const std::string& path, RejectLog& rejects,
                                           const OnStep& on_step = {});

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_IMPORT_CONTENT_H_
