#ifndef STRATA_CLIENT_CLI_PROGRAM_PROGRAM_H_
#define STRATA_CLIENT_CLI_PROGRAM_PROGRAM_H_

#include <optional>
#include <string>
#include <vector>

#include "client/cli/program/command.h"

namespace strata::cli {

// Runs `strata ARGUMENT...` and returns its exit code. `client` takes the place of a connection in
// tests.
int RunProgram(const std::vector<std::string>& given, const Terminal& terminal,
               std::optional<Client> client = std::nullopt);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PROGRAM_PROGRAM_H_
