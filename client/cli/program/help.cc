#include "client/cli/program/help.h"

#include <cstddef>
#include <ostream>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"

namespace strata::cli {

std::vector<std::string> HelpAsFlag(const CLI::App& app, std::vector<std::string> arguments) {
  // The first word that is neither a flag nor a flag's value.
  size_t word = 0;
  while (word < arguments.size() && absl::StartsWith(arguments[word], "-")) {
    const CLI::Option* flag = app.get_option_no_throw(arguments[word]);
    word += flag != nullptr && flag->get_expected_min() > 0 ? 2 : 1;
  }
  if (word >= arguments.size() || arguments[word] != "help") return arguments;
  const size_t after = word + 1;
  if (after < arguments.size() && absl::StartsWith(arguments[after], "-")) return arguments;
  arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(word));
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
