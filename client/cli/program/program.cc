#include "client/cli/program/program.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <ostream>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/program/argument_check.h"
#include "client/cli/program/completion.h"
#include "client/cli/program/error_report.h"
#include "client/cli/program/help.h"
#include "client/cli/program/question_flags.h"
#include "client/cli/program/server_address.h"
#include "server/domain/nearest_names.h"

namespace strata::cli {
namespace {

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// "30", "30s", "1m30s", "500ms".
std::string ParseTimeout(const std::string& text, double& seconds) {
  absl::Duration duration;
  if (!absl::SimpleAtod(text, &seconds)) {
    if (!absl::ParseDuration(text, &duration)) return "a time such as 30s or 500ms is expected";
    seconds = absl::ToDoubleSeconds(duration);
  }
  return seconds > 0 ? "" : "the time has to be longer than nothing";
}

void AddConnectionFlags(CLI::App& app, GlobalFlags& flags) {
  constexpr const char* kGroup = "Connection";
  auto* server = app.add_option("--server", flags.server,
                                "stratad to talk to [STRATA_SERVER, localhost:50051]")
                     ->type_name("HOST:PORT")
                     ->group(kGroup);
  app.add_option("--data-dir", flags.data_dir, "Run the service in this process over a folder")
      ->type_name("DIR")
      ->excludes(server)
      ->check([](const std::string& name) -> std::string {
        return name.empty() ? "names no folder; is a variable unset?" : "";
      })
      ->group(kGroup);
  app.add_option("--token", flags.token, "Token of the caller [STRATA_TOKEN]")->group(kGroup);
  app.add_option("--tls-ca", flags.tls_ca, "Authority of the server's certificate (PEM)")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_option_function<std::string>(
         "--timeout",
         [&flags](const std::string& text) {
           const std::string error = ParseTimeout(text, flags.timeout_seconds);
           if (!error.empty()) throw CLI::ValidationError("--timeout", error);
         },
         "Deadline of each call, such as 30s")
      ->type_name("TIME")
      ->group(kGroup);
}

void AddQuestionFlags(CLI::App& app, GlobalFlags& flags) {
  auto text = [&](const char* name, std::string& value, const char* type, const char* description) {
    return app.add_option(name, value, description)->type_name(type)->group(kQuestionGroup);
  };
  text("--as-of", flags.as_of, "DATE", "Nothing after this day is seen [the last event]");
  text("--from", flags.from, "DATE", "First day that counts");
  text("--to", flags.to, "DATE", "Last day that counts, included");
  text("--filter", flags.filter, "FILTER",
       "Such as 'country = \"United States\" AND revenue > 1000'");
  text("--segment", flags.segment, "SEGMENT", "Only its members: ID or ID/CLASS");
  text("--sort", flags.sort, "ORDER", "Such as 'revenue desc, country'");
  app.add_option("--limit", flags.limit, "Keep the first so many rows")
      ->check(WholeNumber(0))
      ->type_name("N")
      ->group(kQuestionGroup);
  app.add_option("--min-revision", flags.min_revision, "Wait until this revision is there")
      ->check(WholeNumber(0, std::numeric_limits<int64_t>::max()))
      ->type_name("N")
      ->group(kQuestionGroup);
  text("--classes-at", flags.classes_at, "DAY",
       "When tier, loyalty ... are taken: as-of [default] or period-start")
      ->check(CLI::IsMember({"as-of", "period-start"}));
}

void AddGlobalFlags(CLI::App& app, GlobalFlags& flags, CsvText* csv) {
  if (std::string server = FromEnvironment("STRATA_SERVER"); !server.empty()) flags.server = server;
  flags.workspace = FromEnvironment("STRATA_WORKSPACE");
  flags.token = FromEnvironment("STRATA_TOKEN");
  app.add_option("-w,--workspace", flags.workspace,
                 "Workspace [STRATA_WORKSPACE, the only one there is]")
      ->type_name("NAME");
  const std::map<std::string, OutputForm> forms = {
      {"table", OutputForm::kTable}, {"json", OutputForm::kJson}, {"csv", OutputForm::kCsv}};
  app.add_option("-o,--output", flags.output, "Form of the answer [table]")
      ->transform(CLI::CheckedTransformer(forms).description(""))
      ->type_name("table|json|csv");
  app.add_option("--part", flags.part,
                 "One part of the answer: of several tables, which one csv has")
      ->type_name("ID");
  app.add_flag_callback(
      "--raw", [csv] { *csv = CsvText::kExact; },
      "csv as the data is: no apostrophe before texts that a spreadsheet would take for formulas, "
      "unseen characters as they are");
  AddConnectionFlags(app, flags);
  AddQuestionFlags(app, flags);
}

void RegisterAll(CLI::App& app, Context& context) {
  RegisterWorkspace(app, context);
  RegisterImport(app, context);
  RegisterDemo(app, context);
  RegisterKpi(app, context);
  RegisterCustomer(app, context);
  RegisterSegment(app, context);
  RegisterInsight(app, context);
  RegisterReport(app, context);
  RegisterStream(app, context);
  RegisterAdmin(app, context);
  RegisterVersion(app, context);
  RegisterCompletion(app, context);
  RegisterHelp(app, context);
  ShowQuestionFlags(app);
}

// "strata kpi", the words that were understood, and the command they lead to.
struct Path {
  std::string words = "strata";
  CLI::App* app;
};
Path Understood(CLI::App& app) {
  Path path = {.app = &app};
  while (!path.app->get_subcommands().empty()) {
    path.app = path.app->get_subcommands().front();
    absl::StrAppend(&path.words, " ", path.app->get_name());
  }
  return path;
}

// CLI11 says "a subcommand is required" of a word that is none; say which word, and what was meant.
std::string UsageMessage(const CLI::ParseError& error, const Path& path,
                         const std::vector<std::string>& arguments) {
  std::vector<std::string> verbs;
  for (const CLI::App* verb : path.app->get_subcommands({})) {
    if (!verb->get_name().empty()) verbs.push_back(verb->get_name());
  }
  if (verbs.empty()) return error.what();
  std::string word;
  const auto noun = std::find(arguments.begin(), arguments.end(), path.app->get_name());
  const auto next = noun == arguments.end() ? arguments.begin() : noun + 1;
  if (next != arguments.end() && (*next)[0] != '-') word = *next;
  if (word.empty() || std::find(verbs.begin(), verbs.end(), word) != verbs.end()) {
    if (dynamic_cast<const CLI::RequiredError*>(&error) == nullptr) return error.what();
    return absl::StrCat(path.words, " wants one of ", absl::StrJoin(verbs, ", "));
  }
  const auto nearest =
      std::min_element(verbs.begin(), verbs.end(), [&](const std::string& a, const std::string& b) {
        return EditDistance(word, a) < EditDistance(word, b);
      });
  if (EditDistance(word, *nearest) <= 2) {
    return absl::StrCat("there is no `", path.words, " ", word, "`; did you mean `", path.words,
                        " ", *nearest, "`?");
  }
  return absl::StrCat("there is no `", path.words, " ", word, "`, but ",
                      absl::StrJoin(verbs, ", "));
}

// Where nothing stands behind "=", as in --data-dir=$UNSET, CLI11 takes the next word for the
// value.
std::vector<std::string> WithEmptyValues(const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  for (const std::string& word : arguments) {
    if (absl::StartsWith(word, "--") && word.find('=') == word.size() - 1) {
      words.push_back(word.substr(0, word.size() - 1));
      words.emplace_back();
    } else {
      words.push_back(word);
    }
  }
  return words;
}

// Whether `error` is none but --help or --version, of a command that there is.
bool IsAnswered(const CLI::ParseError& error, const CLI::App& app, const CLI::App& understood) {
  const bool stray_word = app.remaining_size(true) > 0 && !understood.get_subcommands({}).empty();
  return dynamic_cast<const CLI::Success*>(&error) != nullptr && !stray_word;
}

// The form asked for, also where parsing stopped before it.
bool WantsJson(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "-ojson" || word == "--output=json" || word == "-o=json") return true;
    if ((word == "-o" || word == "--output") && i + 1 < arguments.size()) {
      return arguments[i + 1] == "json";
    }
  }
  return false;
}

}  // namespace

int RunProgram(const std::vector<std::string>& given, const Terminal& terminal,
               std::optional<Client> client) {
  Context context(terminal);
  if (client.has_value()) context.set_client(*std::move(client));
  CLI::App app("Turns a company's records into key figures.", "strata");
  app.fallthrough();
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("strata ") + STRATA_VERSION);
  app.footer(absl::StrCat(
      "Example:\n  strata --data-dir ./data demo -w demo\n"
      "  strata --data-dir ./data -w demo kpi query revenue,orders --by country --compare "
      "previous\n\n",
      kExitCodes));
  CsvText csv = CsvText::kDisarmed;
  AddGlobalFlags(app, context.flags(), &csv);
  RegisterAll(app, context);
  const std::vector<std::string> arguments = HelpAsFlag(app, given);
  if (!given.empty() && given[0] == kCompletionRequest) {
    PrintCandidates(Complete(app, absl::MakeConstSpan(given).subspan(1)), terminal.out);
    return static_cast<int>(ExitCode::kDone);
  }

  try {
    std::vector<std::string> words = WithEmptyValues(arguments);
    std::reverse(words.begin(), words.end());
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    const Path path = Understood(app);
    if (IsAnswered(error, app, *path.app)) {
      app.exit(error, terminal.out, terminal.err);
      terminal.out.flush();
      if (terminal.out) return static_cast<int>(ExitCode::kDone);
      ReportError(absl::UnknownError("cannot write the output"), context);
      return static_cast<int>(ExitCode::kFailed);
    }
    if (WantsJson(arguments)) context.flags().output = OutputForm::kJson;
    ReportError(absl::InvalidArgumentError(UsageMessage(error, path, arguments)), context);
    if (context.flags().output != OutputForm::kJson) {
      terminal.err << "  see `" << path.words << " --help`\n";
    }
    return static_cast<int>(ExitCode::kUsage);
  }
  SetCsvText(terminal.out, csv);
  absl::Status status = CheckArguments(app, context.flags());
  if (status.ok()) status = context.action()();
  terminal.out.flush();
  if (status.ok() && !terminal.out) status = absl::UnknownError("cannot write the output");
  if (!client.has_value()) status = ExplainSilence(status, context.flags());
  if (!status.ok()) ReportError(status, context);
  return static_cast<int>(ExitCodeOf(status));
}

}  // namespace strata::cli
