#include "client/cli/program/question_flags.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace strata::cli {
namespace {

// What Context::Scope() takes.
constexpr absl::string_view kScope =
    "--as-of,--from,--to,--filter,--segment,--min-revision,--classes-at";

struct Taken {
  absl::string_view path;
  bool scope;  // all of kScope
  absl::string_view others;
};

constexpr Taken kTaken[] = {
    {"workspace list", false, "--limit"},
    {"kpi query", true, "--sort,--limit"},
    {"kpi summary", true, ""},
    {"kpi explain", true, ""},
    {"customer show", false, "--as-of,--min-revision,--classes-at"},
    {"customer list", false,
     "--as-of,--filter,--segment,--min-revision,--classes-at,--sort,--limit"},
    {"segment create", false, "--filter"},
    {"segment list", false, "--limit"},
    {"segment update", false, "--filter"},
    {"segment members", true, "--sort,--limit"},
    {"segment profile", true, "--limit"},
    {"segment rfm", true, "--limit"},
    {"segment transitions", true, ""},
    {"insight concentration", true, ""},
    {"insight distribution", true, ""},
    {"insight volatility", true, ""},
    {"insight retention", true, ""},
    {"insight risk", true, "--limit"},
    {"insight backtest", true, ""},
    {"insight indicators", true, ""},
    {"insight support", true, "--limit"},
    {"insight interventions", true, "--limit"},
    {"insight signals", true, "--limit"},
    {"insight recommend", true, "--limit"},
    {"insight swot", true, ""},
    {"report", false, "--as-of,--from,--to"},
};

const CLI::App& Program(const CLI::App& command) {
  const CLI::App* app = &command;
  while (app->get_parent() != nullptr) app = app->get_parent();
  return *app;
}

// "kpi query".
std::string PathOf(const CLI::App& command) {
  if (command.get_parent() == nullptr) return "";
  const std::string above = PathOf(*command.get_parent());
  return absl::StrCat(above, above.empty() ? "" : " ", command.get_name());
}

bool Names(absl::string_view flags, const CLI::Option& option) {
  const std::vector<std::string> names = absl::StrSplit(flags, ',', absl::SkipEmpty());
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return option.check_name(name); });
}

bool Takes(const CLI::App& command, const CLI::Option& option) {
  const std::string path = PathOf(command);
  const auto* taken = std::find_if(std::begin(kTaken), std::end(kTaken),
                                   [&path](const Taken& row) { return row.path == path; });
  if (taken == std::end(kTaken)) return false;
  return (taken->scope && Names(kScope, option)) || Names(taken->others, option);
}

// Shows the flags of the question behind a command's own, in front of its example.
class CommandFormatter : public CLI::Formatter {
 public:
  std::string make_footer(const CLI::App* app) const override {
    const std::vector<const CLI::Option*> taken = Program(*app).get_options(
        [app](const CLI::Option* option) { return Takes(*app, *option); });
    const std::string footer = CLI::Formatter::make_footer(app);
    if (taken.empty()) return footer;
    return absl::StrCat(make_group(kQuestionGroup, false, taken).substr(1), "\n", footer);
  }
};

}  // namespace

void ShowQuestionFlags(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands({})) {
    command->formatter(std::make_shared<CommandFormatter>());
    ShowQuestionFlags(*command);
  }
}

std::vector<const CLI::Option*> WorkingFlags(const CLI::App& command) {
  std::vector<const CLI::Option*> flags;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      const bool works =
          app == &command || option->get_group() != kQuestionGroup || Takes(command, *option);
      const bool again = std::any_of(flags.begin(), flags.end(), [option](const CLI::Option* flag) {
        return flag->get_name() == option->get_name();  // every command has a --help of its own
      });
      if (!option->get_positional() && works && !again) flags.push_back(option);
    }
  }
  return flags;
}

}  // namespace strata::cli
