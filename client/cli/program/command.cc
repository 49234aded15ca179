#include "client/cli/program/command.h"

#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cli/base/shell_word.h"
#include "client/cli/base/status_macros.h"

namespace strata::cli {

CLI::App* AddCommand(CLI::App& noun, const std::string& name, const std::string& description,
                     const std::string& example, std::function<absl::Status()> action,
                     Context& context) {
  CLI::App* command = noun.add_subcommand(name, description);
  command->fallthrough();
  command->footer(absl::StrCat("Example:\n  ", example,
                               "\n\nFlags of every command (-w, -o, --server, --data-dir ...) may "
                               "stand here too: strata --help"));
  command->callback(
      [&context, action = std::move(action)] { context.set_action(std::move(action)); });
  return command;
}

CLI::App* AddQuestion(CLI::App& noun, const std::string& name, const std::string& description,
                      const std::string& example, std::function<absl::StatusOr<Document>()> ask,
                      Context& context) {
  return AddCommand(
      noun, name, description, example,
      [&context, ask = std::move(ask)]() -> absl::Status {
        STRATA_ASSIGN_OR_RETURN(const Document document, ask());
        return context.Show(document);
      },
      context);
}

std::string CommandStart(const GlobalFlags& flags) {
  std::string command = "strata";
  if (!flags.data_dir.empty()) absl::StrAppend(&command, " --data-dir ", ShellWord(flags.data_dir));
  if (!flags.workspace.empty()) absl::StrAppend(&command, " -w ", flags.workspace);
  return command;
}

CLI::App* AddNoun(CLI::App& app, const std::string& name, const std::string& description) {
  CLI::App* noun = app.add_subcommand(name, description);
  noun->fallthrough();
  noun->require_subcommand(1);
  noun->footer(absl::StrCat("Each has an example: strata ", name, " VERB --help"));
  return noun;
}

}  // namespace strata::cli
