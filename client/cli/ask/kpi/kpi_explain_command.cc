#include <algorithm>
#include <memory>
#include <ostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cli/ask/kpi/kpi_verbs.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/chart.h"
#include "client/cli/present/result_footer.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/argument_check.h"
#include "client/cli/program/command.h"
#include "strata/v1/kpi_service.pb.h"

namespace strata::cli {
namespace {

constexpr int kBarWidth = 20;

struct ExplainArguments {
  std::string kpi;
  int32_t contributors = 0;
};

// "1,234.50 USD", or the reason why there is nothing.
std::string Figure(const v1::Value& value, const std::string& unit, const std::string& currency) {
  if (value.kind_case() == v1::Value::kNull) {
    return absl::StrCat("none (", FormatNullReason(value.null()), ")");
  }
  std::string text = FormatValue(value, unit, currency);
  const std::string label =
      value.kind_case() == v1::Value::kMoney ? currency : UnitLabel(unit, currency);
  if (!label.empty()) absl::StrAppend(&text, " ", label);
  if (value.has_interval()) {
    const v1::Interval& interval = value.interval();
    const bool percent = IsPercentUnit(unit);
    absl::StrAppend(&text, "  (",
                    percent ? FormatPercent(interval.low()) : FormatNumber(interval.low()), " to ",
                    percent ? FormatPercent(interval.high()) : FormatNumber(interval.high()), ", ",
                    absl::StrCat(interval.level() * 100, "%"), " ", Printable(interval.method()),
                    ", n = ", FormatInteger(value.sample_size()), ")");
  }
  return text;
}

// Numerator and denominator have the unit of what they count, which their kind tells.
std::string Part(const v1::Value& value, const std::string& meaning, const std::string& currency) {
  const std::string figure = Figure(value, "", currency);
  return meaning.empty() ? figure : absl::StrCat(figure, "  ", Printable(meaning));
}

void PrintContributors(const Context& context, const v1::ExplainKpiResponse& answer) {
  if (answer.contributors_size() == 0) return;
  const Terminal& terminal = context.terminal();
  context.out() << '\n' << Bold(terminal, "Top contributors") << "\n\n";
  TextTable table({{"customer"},
                   {"name"},
                   {"value", Align::kRight},
                   {"share", Align::kRight},
                   {"", Align::kLeft, TextTable::Fit::kKeep}});
  double largest = 0;
  for (const v1::Contributor& c : answer.contributors()) largest = std::max(largest, c.share());
  for (const v1::Contributor& c : answer.contributors()) {
    const bool bar = terminal.rich && largest > 0;
    table.AddRow({Printable(c.customer()), Printable(c.display_name()),
                  FormatValue(c.value(), "", answer.meta().currency_code()),
                  FormatPercent(c.share()), bar ? Bar(c.share() / largest, kBarWidth) : ""});
  }
  table.Print(terminal);
}

void PrintPage(const Context& context, const v1::ExplainKpiResponse& answer) {
  const v1::Kpi& kpi = answer.kpi();
  const std::string& currency = answer.meta().currency_code();
  context.out() << Bold(context.terminal(),
                        absl::StrCat(Printable(kpi.name()), ": ",
                                     Figure(answer.value(), kpi.unit(), currency)))
                << "\n\n";
  TextTable table({{""}, {"", Align::kLeft, TextTable::Fit::kWrap}});
  table.AddRow({"formula", Printable(kpi.formula())});
  table.AddRow(
      {"definition", absl::StrCat(Printable(kpi.id()), ", version ", Printable(kpi.version()))});
  if (answer.has_numerator()) {
    table.AddRow({"numerator", Part(answer.numerator(), answer.numerator_meaning(), currency)});
  }
  if (answer.has_denominator()) {
    table.AddRow(
        {"denominator", Part(answer.denominator(), answer.denominator_meaning(), currency)});
  }
  table.AddRow({"records", FormatInteger(answer.records())});
  table.AddRow({"customers", FormatInteger(answer.customers())});
  if (!kpi.notes().empty()) table.AddRow({"notes", Printable(kpi.notes())});
  table.Print(context.terminal());
  PrintContributors(context, answer);
  // What was left out of this figure is told once, below.
  v1::ResultMeta meta = answer.meta();
  *meta.mutable_left_out() = answer.left_out();
  PrintResultFooter(context.terminal(), meta);
}

void WriteCsv(std::ostream& out, const v1::ExplainKpiResponse& answer) {
  WriteCsvRow(out, {"customer", "display_name", answer.kpi().id(), "share"});
  for (const v1::Contributor& c : answer.contributors()) {
    WriteCsvRow(out,
                {c.customer(), c.display_name(), PlainValue(c.value()), PlainNumber(c.share())});
  }
}

absl::Status Explain(Context& context, const ExplainArguments& args) {
  v1::ExplainKpiRequest request;
  request.set_kpi(args.kpi);
  request.set_contributors(args.contributors);
  STRATA_ASSIGN_OR_RETURN(*request.mutable_scope(), context.Scope());
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const v1::ExplainKpiResponse answer,
                          client->ExplainKpi(request, context.call_options()));
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(answer);
    case OutputForm::kCsv:
      WriteCsv(context.out(), answer);
      TellNotes(context.terminal(), answer.meta());
      break;
    case OutputForm::kTable:
      PrintPage(context, answer);
      break;
  }
  return absl::OkStatus();
}

}  // namespace

void AddKpiExplain(CLI::App& kpi, Context& context) {
  auto args = std::make_shared<ExplainArguments>();
  CLI::App* command = AddCommand(
      kpi, "explain", "Where one figure comes from (csv holds the contributors)",
      "strata kpi explain average_order_value --filter 'country = \"United States\"' --from "
      "2024-10-01",
      [&context, args] { return Explain(context, *args); }, context);
  command->add_option("kpi", args->kpi, "The KPI (strata kpi list)")->required();
  command->add_option("--contributors", args->contributors, "How many top customers [10]")
      ->check(WholeNumber(1, 100));
}

}  // namespace strata::cli
