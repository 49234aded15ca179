#ifndef STRATA_CLIENT_CLI_PROGRAM_REASONED_STATUS_H_
#define STRATA_CLIENT_CLI_PROGRAM_REASONED_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace strata::cli {

// The status as a server would send it with this reason: error reports and exit codes go by it
// (strata/error.h, server/base/exit_code.h). For what fails inside this process.
absl::Status Reasoned(const absl::Status& status, absl::string_view reason);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PROGRAM_REASONED_STATUS_H_
