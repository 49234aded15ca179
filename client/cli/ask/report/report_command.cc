#include <fstream>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/ask/report/report_sections.h"
#include "client/cli/base/shell_word.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/progress.h"
#include "client/cli/present/text_table.h"
#include "client/cli/program/command.h"
#include "client/cli/program/program.h"
#include "strata/v1/workspace_service.pb.h"

// `strata report`: both dashboards in one document. Each section is what one command prints, and
// says which, so that no figure of the document is made anywhere but where the command makes it.

namespace strata::cli {
namespace {

constexpr int kDocumentWidth = 132;  // columns of a document that goes to a file

struct ReportArguments {
  std::string out;  // a file; empty: standard output
};

// The flags of the question, as the sections' commands take them.
std::vector<std::string> QuestionOf(const GlobalFlags& flags) {
  std::vector<std::string> arguments;
  const auto add = [&arguments](const char* name, const std::string& value) {
    if (value.empty()) return;
    arguments.emplace_back(name);
    arguments.push_back(value);
  };
  add("--as-of", flags.as_of);
  add("--from", flags.from);
  add("--to", flags.to);
  if (flags.min_revision > 0) add("--min-revision", absl::StrCat(flags.min_revision));
  if (flags.timeout_seconds > 0) add("--timeout", absl::StrCat(flags.timeout_seconds));
  return arguments;
}

std::string CommandLine(const GlobalFlags& flags, const std::vector<std::string>& arguments) {
  std::string command = CommandStart(flags);
  for (const std::string& word : arguments) absl::StrAppend(&command, " ", ShellWord(word));
  return command;
}

// What one command prints, or the reason for which it cannot.
std::string Answer(const Terminal& terminal, const std::vector<std::string>& arguments,
                   const Client& client) {
  std::ostringstream out, err;
  Terminal page{out, err};
  page.rich = terminal.rich;
  page.escapes = terminal.escapes;
  page.width = terminal.width;
  page.out_is_terminal = terminal.out_is_terminal;
  if (RunProgram(arguments, page, client) == 0) return out.str();
  return absl::StrCat("No answer: ", absl::StripAsciiWhitespace(err.str()), "\n");
}

absl::StatusOr<int64_t> RevisionOf(Client& client, const std::string& workspace,
                                   const CallOptions& options) {
  v1::GetWorkspaceRequest request;
  request.set_workspace(workspace);
  STRATA_ASSIGN_OR_RETURN(const v1::GetWorkspaceResponse answer,
                          client.GetWorkspace(request, options));
  return answer.workspace().revision();
}

void PrintHeading(const Terminal& terminal, const std::string& text, char line) {
  terminal.out << Bold(terminal, text) << '\n'
               << std::string(static_cast<size_t>(DisplayWidth(text)), line) << "\n\n";
}

absl::Status WriteReport(Context& context, const Terminal& document) {
  STRATA_ASSIGN_OR_RETURN(const std::string workspace, context.Workspace());
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const int64_t before,
                          RevisionOf(*client, workspace, context.call_options()));
  const std::vector<std::string> question = QuestionOf(context.flags());

  PrintHeading(document, absl::StrCat("Strata report: ", Printable(workspace)), '=');
  document.out << "Under each heading stands the command that prints the section; its last lines "
                  "name the\nrevision, the day and the records it rests on. `strata kpi explain "
                  "KPI --filter F` tells of any figure\nits formula, its numerator and "
                  "denominator, and who is behind it.\n";
  const std::vector<ReportSection>& sections = ReportSections();
  Progress progress(context.terminal(), "report", static_cast<int64_t>(sections.size()),
                    "sections");
  int64_t done = 0;
  std::string part;
  for (const ReportSection& section : sections) {
    if (section.part != part) {
      part = section.part;
      document.out << '\n';
      PrintHeading(document, part, '=');
    }
    document.out << '\n';
    PrintHeading(document, section.title, '-');
    std::vector<std::string> arguments = section.arguments;
    arguments.insert(arguments.end(), question.begin(), question.end());
    document.out << "$ " << CommandLine(context.flags(), arguments) << "\n\n";
    arguments.insert(arguments.begin(), {"-w", workspace});
    // The client is there; the folder is named for the commands that sections show in their turn.
    if (!context.flags().data_dir.empty()) {
      arguments.insert(arguments.begin(), {"--data-dir", context.flags().data_dir});
    }
    document.out << Answer(document, arguments, *client);
    progress.Update(++done);
  }
  STRATA_ASSIGN_OR_RETURN(const int64_t after,
                          RevisionOf(*client, workspace, context.call_options()));
  if (after != before) {
    document.out << "\nRecords were committed meanwhile: the sections rest on revisions " << before
                 << " to " << after << ", as each says.\n";
  }
  progress.Finish();
  return absl::OkStatus();
}

absl::Status Report(Context& context, const ReportArguments& args) {
  if (context.flags().output != OutputForm::kTable) {
    return absl::InvalidArgumentError(
        "a report is a text; take -o json or -o csv of the commands that it names");
  }
  if (!context.flags().filter.empty() || !context.flags().segment.empty()) {
    return absl::InvalidArgumentError(
        "a report is about the whole workspace; give --filter and --segment to the commands that "
        "it names");
  }
  if (args.out.empty()) return WriteReport(context, context.terminal());
  std::ofstream file(args.out);
  if (!file) return absl::InvalidArgumentError(absl::StrCat("--out: cannot write ", args.out));
  Terminal document{file, context.err()};
  document.rich = true;
  document.out_is_terminal = true;  // tables are made to fit
  document.escapes = false;
  document.width = kDocumentWidth;
  STRATA_RETURN_IF_ERROR(WriteReport(context, document));
  file.close();
  if (!file) return absl::UnknownError(absl::StrCat("--out: cannot write ", args.out));
  context.out() << "wrote " << args.out << '\n';
  return absl::OkStatus();
}

}  // namespace

void RegisterReport(CLI::App& app, Context& context) {
  auto args = std::make_shared<ReportArguments>();
  CLI::App* report = AddCommand(
      app, "report", "Both dashboards in one document, with plots",
      "strata report --as-of 2025-12-31 --out report.txt",
      [&context, args] { return Report(context, *args); }, context);
  report->add_option("--out", args->out, "Write it to a file [standard output]")->type_name("FILE");
}

}  // namespace strata::cli
