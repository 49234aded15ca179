#include "client/cli/ask/insight/insight_action_command.h"

#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/ask/insight/insight_page.h"
#include "client/cli/ask/insight/insight_verbs.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/chart.h"
#include "client/cli/present/value_format.h"
#include "strata/v1/insight_service.pb.h"

// Where to intervene this quarter.

namespace strata::cli {
namespace {

constexpr int kBarWidth = 12;

TitledTable QueueSection(const Context& context, const v1::RankInterventionsResponse& answer) {
  std::vector<TextTable::Column> columns = {{"", Align::kRight},
                                            {"customer"},
                                            {"name"},
                                            {"owner"},
                                            {"revenue", Align::kRight},
                                            {"risk", Align::kRight},
                                            {"at risk", Align::kRight},
                                            {"cumulative", Align::kRight},
                                            {"renewal"}};
  if (context.terminal().rich) columns.push_back({"", Align::kLeft, TextTable::Fit::kKeep});
  TextTable table(std::move(columns));
  const std::string& currency = answer.meta().currency_code();
  int place = 0;
  for (const v1::Intervention& one : answer.interventions()) {
    table.AddRow({absl::StrCat(++place), Printable(one.customer()), Printable(one.display_name()),
                  one.account_owner().empty() ? "nobody" : Printable(one.account_owner()),
                  FormatMoney(one.revenue(), currency), FormatPercent(one.risk()),
                  FormatMoney(one.at_risk(), currency), FormatPercent(one.cumulative_share()),
                  Printable(one.renewal_date()), Bar(one.cumulative_share(), kBarWidth)});
  }
  return {"The quarter's queue", std::move(table), "Nothing is at risk."};
}

// "1. A-00012 Northfield Labs: what to do", and why below it.
std::vector<std::string> ActionLines(const Context& context,
                                     const v1::RankInterventionsResponse& answer) {
  std::vector<std::string> lines;
  if (answer.interventions_size() == 0) return lines;
  lines.push_back(Bold(context.terminal(), "What to do and why"));
  int place = 0;
  for (const v1::Intervention& one : answer.interventions()) {
    lines.emplace_back();
    std::string who = Printable(one.customer());
    if (!one.display_name().empty() && one.display_name() != one.customer()) {
      absl::StrAppend(&who, " ", Printable(one.display_name()));
    }
    lines.push_back(absl::StrCat(++place, ". ", who, ": ", Printable(one.action())));
    for (const std::string& reason : one.reasons()) {
      lines.push_back(absl::StrCat("   - ", Printable(reason)));
    }
  }
  return lines;
}

Sheet CsvOf(const v1::RankInterventionsResponse& answer) {
  Sheet sheet({{"customer", true},
               {"display_name", true},
               {"tier", true},
               {"account_owner", true},
               {"revenue"},
               {"risk"},
               {"at_risk"},
               {"cumulative_share"},
               {"renewal_date", true},
               {"action", true},
               {"reasons", true}});
  const std::string& currency = answer.meta().currency_code();
  for (const v1::Intervention& one : answer.interventions()) {
    sheet.Add({TextCell(one.customer()), TextCell(one.display_name()), TextCell(one.tier()),
               TextCell(one.account_owner()), MoneyCell(one.revenue(), currency),
               ShareCell(one.risk()), MoneyCell(one.at_risk(), currency),
               ShareCell(one.cumulative_share()), TextCell(one.renewal_date()),
               TextCell(one.action()), TextCell(absl::StrJoin(one.reasons(), " | "))});
  }
  return sheet;
}

absl::Status Interventions(Context& context) {
  STRATA_ASSIGN_OR_RETURN(
      const v1::RankInterventionsResponse answer,
      Ask(context, &Client::RankInterventions, [&](v1::RankInterventionsRequest& request) {
        request.set_limit(context.flags().limit);
      }));
  const std::vector<std::string> head = {
      absl::StrCat(FormatMoney(answer.total_at_risk(), answer.meta().currency_code()), " ",
                   Printable(answer.meta().currency_code()), " of a year's revenue at risk; the ",
                   answer.interventions_size(), " below cover ", FormatPercent(answer.covered()))};
  return ShowSections(context, answer, head, {QueueSection(context, answer)}, CsvOf(answer),
                      ActionLines(context, answer));
}

}  // namespace

void AddInterventionsCommand(CLI::App& insight, Context& context) {
  AddCommand(
      insight, "interventions",
      "Where to intervene this quarter: value at risk, why, who, what to do",
      "strata insight interventions --limit 10\n"
      "  strata insight interventions --filter 'account_owner = \"Ben Fischer\"'",
      [&context] { return Interventions(context); }, context);
}

void AddInsightActions(CLI::App& insight, Context& context) {
  AddSupportCommand(insight, context);
  AddInterventionsCommand(insight, context);
  AddSignalsCommand(insight, context);
}

}  // namespace strata::cli
