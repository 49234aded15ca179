#ifndef STRATA_CLIENT_CLI_ERROR_REPORT_H_
#define STRATA_CLIENT_CLI_ERROR_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "client/cli/command.h"

namespace strata::cli {

// What the program exits with: 0 done, 1 failed, 2 usage, 3 not found, 4 bad data, 5 unavailable.
enum class ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kNotFound = 3,
  kBadData = 4,
  kUnavailable = 5,
};

// By the status's code, and for INVALID_ARGUMENT by the server's reason: bad records are bad data,
// everything else that was asked wrongly is usage. UNAVAILABLE, DEADLINE_EXCEEDED and
// RESOURCE_EXHAUSTED are what may work later.
ExitCode ExitCodeOf(const absl::Status& status);

// Says on standard error what went wrong, where, what was meant, and what to do next: for people,
// or one JSON object under -o json.
void ReportError(const absl::Status& status, const Context& context);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ERROR_REPORT_H_
