#include <algorithm>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/ask/kpi/kpi_time_grid.h"
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

struct SummaryArguments {
  std::string period = "quarter";
  int32_t points = 0;
  bool tracking = false;  // the monthly list alone
};
using KpiNames = std::map<std::string, std::string>;  // by id

// A rate's change is a difference, in points of a percent; any other change is relative.
std::string ChangeText(const v1::KpiSummary& summary) {
  if (summary.change().kind_case() != v1::Value::kNumber) return "–";
  const double change = summary.change().number();
  const bool score = summary.kpi().unit() == "points";  // on a scale of 100 already
  if (!score && !IsPercentUnit(summary.kpi().unit())) return FormatChange(change);
  std::string points = FormatChange(score ? change / 100 : change);
  points.pop_back();  // the percent sign
  return absl::StrCat(points, " pts");
}

std::string Arrow(const Terminal& terminal, const v1::KpiSummary& summary) {
  const double change = summary.change().number();
  if (!terminal.rich || summary.change().kind_case() != v1::Value::kNumber || change == 0)
    return "";
  return Coloured(terminal, change > 0 ? "▲" : "▼",
                  (change > 0) == summary.kpi().higher_is_better());
}

std::string Series(const v1::KpiSummary& summary) {
  std::vector<std::optional<double>> figures;
  for (const v1::SeriesPoint& point : summary.series()) figures.push_back(Magnitude(point.value()));
  return Sparkline(figures);
}

std::string NameOf(const v1::KpiSummary& summary, const std::string& currency_code) {
  const v1::Kpi& kpi = summary.kpi();
  const std::string unit =
      kpi.type() == v1::VALUE_TYPE_INTEGER ? "" : UnitLabel(kpi.unit(), currency_code);
  const std::string name = Printable(kpi.name().empty() ? kpi.id() : kpi.name());
  return unit.empty() ? name : absl::StrCat(name, " (", unit, ")");
}

void PrintHeadline(const Context& context, const v1::SummarizeKpisResponse& summary) {
  const Terminal& terminal = context.terminal();
  std::vector<TextTable::Column> columns = {{""},
                                            {Printable(summary.period()), Align::kRight},
                                            {Printable(summary.previous_period()), Align::kRight},
                                            {"change", Align::kRight}};
  if (terminal.rich) columns.insert(columns.end(), {{"trend"}, {""}});
  TextTable table(std::move(columns));
  const std::string& currency = summary.meta().currency_code();
  bool small = false;
  for (const v1::KpiSummary& kpi : summary.headline()) {
    std::vector<std::string> row = {
        NameOf(kpi, currency), FormatValue(kpi.value(), kpi.kpi().unit(), currency),
        FormatValue(kpi.previous(), kpi.kpi().unit(), currency), ChangeText(kpi)};
    if (terminal.rich) row.insert(row.end(), {Series(kpi), Arrow(terminal, kpi)});
    table.AddRow(std::move(row));
    small = small || kpi.value().small_sample() || kpi.previous().small_sample();
  }
  table.Print(terminal);
  if (small) context.out() << "° fewer than 30 records\n";
  if (!summary.meta().last_period_complete()) {
    context.out() << Printable(summary.period())
                  << " is not over: the period before is cut to as many days\n";
  }
}

// Names for the list, of which the headline has not all.
absl::StatusOr<KpiNames> NamesOfKpis(Context& context, const std::string& workspace) {
  STRATA_ASSIGN_OR_RETURN(const v1::ListKpisResponse list, FetchKpis(context, workspace));
  KpiNames names;
  for (const v1::Kpi& kpi : list.kpis()) {
    if (!kpi.name().empty()) names[kpi.id()] = kpi.name();
  }
  return names;
}

void PrintTracking(const Context& context, const v1::SummarizeKpisResponse& summary,
                   const KpiNames& names) {
  for (int i = 0; i < summary.tracking_size(); ++i) {
    if (i > 0) context.out() << '\n';
    PrintTimeGrid(context.terminal(), summary.tracking(i), summary.meta().currency_code(), names);
  }
  if (summary.tracking_size() == 0) context.out() << "nothing is recorded that could be tracked\n";
}

void PrintPage(const Context& context, const v1::SummarizeKpisResponse& summary,
               const std::string& workspace, const KpiNames& names) {
  context.out() << Bold(context.terminal(),
                        absl::StrCat(Printable(workspace), ": ", summary.period(), " against ",
                                     summary.previous_period()))
                << "\n\n";
  PrintHeadline(context, summary);
  context.out() << '\n';
  PrintTracking(context, summary, names);
  PrintResultFooter(context.terminal(), summary.meta());
}

// Notes about the period of the headline, which the monthly list does not show.
bool IsOfHeadline(const std::string& note, const v1::SummarizeKpisResponse& summary) {
  return absl::StartsWith(note, summary.period()) || absl::StartsWith(note, "the range") ||
         absl::StartsWith(note, "range \"") || absl::StartsWith(note, "left out");
}

absl::Status PrintForPeople(Context& context, const v1::SummarizeKpisResponse& summary,
                            const std::string& workspace, bool tracking) {
  if (summary.headline().empty() && summary.tracking().empty()) {
    context.out() << Printable(workspace)
                  << (summary.meta().as_of_basis() == v1::AS_OF_BASIS_EMPTY
                          ? " holds no records yet"
                          : " holds no order, ticket, contract or survey yet")
                  << ": strata import --help, strata demo --help\n";
    return absl::OkStatus();
  }
  STRATA_ASSIGN_OR_RETURN(const KpiNames names, NamesOfKpis(context, workspace));
  if (!tracking) {
    PrintPage(context, summary, workspace, names);
    return absl::OkStatus();
  }
  PrintTracking(context, summary, names);
  context.out() << "\nrevision " << summary.meta().revision() << AsOf(summary.meta()) << '\n';
  for (const std::string& note : summary.meta().notes()) {
    if (!IsOfHeadline(note, summary)) context.out() << "note: " << Printable(note) << '\n';
  }
  return absl::OkStatus();
}

void WriteCsv(std::ostream& out, const v1::SummarizeKpisResponse& summary) {
  WriteCsvRow(out, {"kpi", "period", "value", "previous_period", "previous", "change"});
  for (const v1::KpiSummary& kpi : summary.headline()) {
    WriteCsvRow(
        out, {kpi.kpi().id(), summary.period(), PlainValue(kpi.value()), summary.previous_period(),
              PlainValue(kpi.previous()), PlainValue(kpi.change())});
  }
}

// A row a figure: which KPI, of which month and, where the list is by tier or by status, of which
// of them.
void WriteTrackingCsv(std::ostream& out, const v1::SummarizeKpisResponse& summary) {
  std::vector<std::string> keys;
  for (const v1::KpiTable& table : summary.tracking()) {
    for (const v1::KpiColumn& key : table.keys()) {
      if (std::find(keys.begin(), keys.end(), key.id()) == keys.end()) keys.push_back(key.id());
    }
  }
  std::vector<std::string> header = {"kpi"};
  header.insert(header.end(), keys.begin(), keys.end());
  header.insert(header.end(), {"value", "complete"});
  WriteCsvRow(out, header);
  for (const v1::KpiTable& table : summary.tracking()) {
    for (int c = 0; c < table.columns_size(); ++c) {
      for (const v1::KpiRow& row : table.rows()) {
        std::vector<std::string> line = {table.columns(c).id()};
        line.resize(1 + keys.size());
        for (int k = 0; k < table.keys_size(); ++k) {
          const auto place = std::find(keys.begin(), keys.end(), table.keys(k).id());
          line[1 + static_cast<size_t>(place - keys.begin())] = PlainValue(row.keys(k));
        }
        line.insert(line.end(), {PlainValue(row.values(c)), row.complete() ? "true" : "false"});
        WriteCsvRow(out, line);
      }
    }
  }
}

absl::Status Summarize(Context& context, const SummaryArguments& args) {
  v1::SummarizeKpisRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_scope(), context.Scope());
  request.set_period(args.period == "month"  ? v1::SUMMARY_PERIOD_MONTH
                     : args.period == "year" ? v1::SUMMARY_PERIOD_YEAR
                                             : v1::SUMMARY_PERIOD_QUARTER);
  request.set_points(args.points);
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const v1::SummarizeKpisResponse summary,
                          client->SummarizeKpis(request, context.call_options()));
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(summary);
    case OutputForm::kCsv:
      (args.tracking ? WriteTrackingCsv : WriteCsv)(context.out(), summary);
      TellNotes(context.terminal(), summary.meta());
      break;
    case OutputForm::kTable:
      return PrintForPeople(context, summary, request.scope().workspace(), args.tracking);
  }
  return absl::OkStatus();
}

}  // namespace

void AddKpiSummary(CLI::App& kpi, Context& context) {
  auto args = std::make_shared<SummaryArguments>();
  CLI::App* command = AddCommand(
      kpi, "summary",
      "The executive page: headline KPIs against the period before, and what is "
      "tracked each month, the last 13 of them (csv holds the headline, or the list)",
      "strata kpi summary --period month --as-of 2024-12-31\n"
      "  strata kpi summary --tracking -o csv > tracking.csv",
      [&context, args] { return Summarize(context, *args); }, context);
  command->add_option("--period", args->period, "month, quarter or year [quarter]")
      ->check(CLI::IsMember({"month", "quarter", "year"}));
  command->add_option("--points", args->points, "Length of each series in periods [8]")
      ->check(WholeNumber(1, 60));
  command->add_flag("--tracking", args->tracking,
                    "Only the monthly tracking list: strategic share; growth, frequency and deal "
                    "size by tier; order status mix; delivery; SLA, escalations and CSAT, over all "
                    "and by tier; recurring revenue");
}

}  // namespace strata::cli
