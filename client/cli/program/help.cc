#include "client/cli/program/help.h"

#include <ostream>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"

namespace strata::cli {

std::vector<std::string> HelpAsFlag(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments[0] != "help") return arguments;
  if (arguments.size() > 1 && absl::StartsWith(arguments[1], "-")) return arguments;
  arguments.erase(arguments.begin());
  arguments.emplace_back("--help");
  return arguments;
}

void RegisterHelp(CLI::App& app, Context& context) {
  AddCommand(
      app, "help", "The flags and examples of a command, as its --help",
      "strata help kpi query\n  strata help",
      [&app, &context] {
        context.out() << app.help();
        return absl::OkStatus();
      },
      context);
}

}  // namespace strata::cli
