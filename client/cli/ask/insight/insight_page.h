#ifndef STRATA_CLIENT_CLI_ASK_INSIGHT_INSIGHT_PAGE_H_
#define STRATA_CLIENT_CLI_ASK_INSIGHT_INSIGHT_PAGE_H_

#include <string>
#include <utility>
#include <vector>

#include "client/cli/ask/kpi/kpi_table_view.h"
#include "client/cli/present/result_footer.h"
#include "client/cli/present/sheet.h"
#include "client/cli/program/ask.h"
#include "client/cli/program/command.h"
#include "strata/v1/kpi_service.pb.h"

// How the verbs of `strata insight` answer that are no documents yet.

namespace strata::cli {

// What stands around the main table for people: lines before it, further tables and lines after it.
struct Page {
  std::vector<std::string> head;
  Sheet main;
  std::vector<std::string> tail;
  std::vector<v1::KpiTable> tables{};  // of key figures, under their titles
};

// Prints an answer in the form that was asked for.
template <typename Response>
absl::Status Show(Context& context, const Response& answer, const Page& page) {
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(answer);
    case OutputForm::kCsv:
      page.main.WriteCsv(context.out());
      TellNotes(context.terminal(), answer.meta());
      return absl::OkStatus();
    case OutputForm::kTable:
      break;
  }
  if (!answer.coverage().sufficient() && !answer.coverage().reason().empty()) {
    context.out() << "The data carry this only so far: " << Printable(answer.coverage().reason())
                  << "\n\n";
  }
  for (const std::string& line : page.head) context.out() << Printable(line) << '\n';
  if (!page.head.empty()) context.out() << '\n';
  page.main.Print(context.terminal());
  if (!page.tail.empty()) context.out() << '\n';
  for (const std::string& line : page.tail) context.out() << Printable(line) << '\n';
  for (const v1::KpiTable& table : page.tables) {
    if (table.rows_size() == 0) continue;
    context.out() << '\n';
    PrintKpiTable(context.terminal(), table, answer.meta().currency_code());
  }
  PrintResultFooter(context.terminal(), answer.meta());
  return absl::OkStatus();
}

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_INSIGHT_INSIGHT_PAGE_H_
