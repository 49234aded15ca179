#ifndef STRATA_CLIENT_CLI_ASK_INSIGHT_INSIGHT_ACTION_COMMAND_H_
#define STRATA_CLIENT_CLI_ASK_INSIGHT_INSIGHT_ACTION_COMMAND_H_

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/present/display_width.h"
#include "client/cli/present/result_footer.h"
#include "client/cli/present/sheet.h"
#include "client/cli/present/text_table.h"
#include "client/cli/program/command.h"

// The verbs `support`, `interventions` and `signals` of `strata insight`.

namespace strata::cli {

// A titled table of an answer that has several.
struct TitledTable {
  std::string title;
  TextTable table;
  std::string empty;  // said instead of a table without rows
};

// Prints an answer in the form that was asked for: for people the lines of `head`, the sections and
// the lines of `tail`, for programs the message or `csv`.
template <typename Response>
absl::Status ShowSections(Context& context, const Response& answer,
                          const std::vector<std::string>& head,
                          const std::vector<TitledTable>& sections, const Sheet& csv,
                          const std::vector<std::string>& tail = {}) {
  if (context.flags().output == OutputForm::kJson) return context.PrintJson(answer);
  if (context.flags().output == OutputForm::kCsv) {
    csv.WriteCsv(context.out());
    TellNotes(context.terminal(), answer.meta());
    return absl::OkStatus();
  }
  std::ostream& out = context.out();
  if (!answer.coverage().sufficient() && !answer.coverage().reason().empty()) {
    out << "The data carry this only so far: " << Printable(answer.coverage().reason()) << "\n\n";
  }
  for (const std::string& line : head) out << line << '\n';
  for (const TitledTable& section : sections) {
    out << '\n' << Bold(context.terminal(), section.title) << "\n\n";
    if (section.table.empty()) {
      out << section.empty << '\n';
    } else {
      section.table.Print(context.terminal());
    }
  }
  if (!tail.empty()) out << '\n';
  for (const std::string& line : tail) out << line << '\n';
  PrintResultFooter(context.terminal(), answer.meta());
  return absl::OkStatus();
}

void AddSupportCommand(CLI::App& insight, Context& context);
void AddInterventionsCommand(CLI::App& insight, Context& context);
void AddSignalsCommand(CLI::App& insight, Context& context);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_INSIGHT_INSIGHT_ACTION_COMMAND_H_
