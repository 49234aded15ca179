#ifndef STRATA_CLIENT_CLI_PROGRAM_HELP_H_
#define STRATA_CLIENT_CLI_PROGRAM_HELP_H_

#include <string>
#include <vector>

#include "client/cli/program/command.h"

namespace strata::cli {

// `help kpi query` as `kpi query --help`, behind flags of `app` too (`-w demo help kpi query`);
// other arguments as they are.
std::vector<std::string> HelpAsFlag(const CLI::App& app, std::vector<std::string> arguments);

// Adds the command `help`, so that it is listed and has a help of its own.
void RegisterHelp(CLI::App& app, Context& context);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PROGRAM_HELP_H_
