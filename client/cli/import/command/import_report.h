#ifndef STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_REPORT_H_
#define STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cli/import/command/import_sender.h"
#include "client/cli/import/command/import_statuses.h"
#include "client/cli/import/csv/import_reject.h"
#include "client/cli/program/command.h"

namespace strata::cli {

// What an import did, for its last words.
struct ImportReport {
  std::string workspace;
  SendResult sent;  // counts.rejected without those that were refused before sending
  int64_t refused_here = 0;
  int64_t kept_out = 0;  // good records that bad ones keep out
  bool dry_run = false;
  bool workspace_missing = false;     // a dry run without a server's opinion
  std::vector<StatusCount> statuses;  // of the orders that were read
  absl::Duration spent;
  std::vector<std::string> notes;  // sentences for people: what was decided, what to look at

  int64_t Records() const;
};

// The counts on out in the form that -o says, bad records on err (the first 20 for people; all that
// the log keeps under -o json).
void PrintImportReport(const Context& context, const ImportReport& report,
                       const imports::RejectLog& rejects);

// The notes and bad records alone, on err.
void PrintFindings(const Context& context, const ImportReport& report,
                   const imports::RejectLog& rejects);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_REPORT_H_
