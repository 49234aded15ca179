#ifndef STRATA_CLIENT_CLI_PROGRAM_ERROR_REPORT_H_
#define STRATA_CLIENT_CLI_PROGRAM_ERROR_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "client/cli/program/command.h"
#include "server/base/exit_code.h"

namespace strata::cli {

// What the program exits with after this status, by the server's reason and the code.
ExitCode ExitCodeOf(const absl::Status& status);

// Says on standard error what went wrong, where, what was meant, and what to do next: for people,
// or one JSON object under -o json.
void ReportError(const absl::Status& status, const Context& context);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PROGRAM_ERROR_REPORT_H_
