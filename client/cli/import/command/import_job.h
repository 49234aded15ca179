#ifndef STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_JOB_H_
#define STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_JOB_H_

#include "absl/status/status.h"
#include "client/cli/import/command/import_arguments.h"
#include "client/cli/program/command.h"

namespace strata::cli {

// The whole command. INVALID_ARGUMENT for arguments that do not go together and for a wrong
// mapping, DATA_LOSS when bad records keep the good ones out.
absl::Status RunImport(Context& context, const ImportArguments& arguments);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_JOB_H_
