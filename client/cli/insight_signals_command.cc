#include <algorithm>
#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/argument_check.h"
#include "client/cli/insight_action_command.h"
#include "client/cli/insight_page.h"
#include "client/cli/value_format.h"
#include "server/base/status_macros.h"

// What to keep an eye on.

namespace strata::cli {
namespace {

struct SignalArguments {
  std::vector<std::string> kinds;
  double rate = 0.1;
  int renewal_days = 90;
};

struct Kind {
  const char *flag, *title, *empty;
  const char* date;  // the header of its date; nullptr: it has none
  v1::SignalKind kind;
};
constexpr Kind kKinds[] = {
    {"warning", "Early warnings", "No early warning.", nullptr, v1::SIGNAL_KIND_EARLY_WARNING},
    {"emerging", "Emerging accounts", "No account emerges.", "crosses", v1::SIGNAL_KIND_EMERGING},
    {"renewal", "Renewals", "No contract ends so soon.", "ends", v1::SIGNAL_KIND_RENEWAL},
    {"unowned", "Strategic accounts without an owner", "Every strategic account has an owner.",
     nullptr, v1::SIGNAL_KIND_UNOWNED},
};

const char* FlagOf(v1::SignalKind kind) {
  for (const Kind& one : kKinds) {
    if (one.kind == kind) return one.flag;
  }
  return "";
}

// "q 0.0123" of the evidence that was tested.
std::string QOf(const v1::Signal& signal) {
  double q = 1;
  for (const v1::Evidence& evidence : signal.evidence()) q = std::min(q, evidence.q());
  return absl::StrFormat("%.2g", q);
}

Section SectionOf(const Kind& kind, const v1::ListSignalsResponse& answer) {
  const bool tested =
      kind.kind == v1::SIGNAL_KIND_EARLY_WARNING || kind.kind == v1::SIGNAL_KIND_EMERGING;
  std::vector<TextTable::Column> columns = {{"customer", Align::kLeft, TextTable::Fit::kKeep},
                                            {"name"},
                                            {"owner"},
                                            {"last year", Align::kRight}};
  if (kind.date != nullptr) columns.push_back({kind.date, Align::kLeft, TextTable::Fit::kKeep});
  if (tested) columns.push_back({"q", Align::kRight});
  columns.push_back({"what", Align::kLeft, TextTable::Fit::kWrap});
  TextTable table(std::move(columns));
  for (const v1::Signal& signal : answer.signals()) {
    if (signal.kind() != kind.kind) continue;
    std::vector<std::string> row = {
        Printable(signal.customer()), Printable(signal.display_name()),
        signal.account_owner().empty() ? "nobody" : Printable(signal.account_owner()),
        FormatMoney(signal.revenue_365d(), answer.meta().currency_code())};
    if (kind.date != nullptr) row.push_back(signal.date().empty() ? "–" : Printable(signal.date()));
    if (tested) row.push_back(QOf(signal));
    row.push_back(Printable(signal.statement()));
    table.AddRow(std::move(row));
  }
  return {kind.title, std::move(table), kind.empty};
}

// A row an evidence; a signal without one has a row of its own.
Sheet CsvOf(const v1::ListSignalsResponse& answer) {
  Sheet sheet({{"kind", true},
               {"type", true},
               {"customer", true},
               {"display_name", true},
               {"tier", true},
               {"account_owner", true},
               {"revenue_365d"},
               {"date", true},
               {"measure", true},
               {"value"},
               {"expected"},
               {"p"},
               {"q"},
               {"statement", true}});
  const std::string& currency = answer.meta().currency_code();
  for (const v1::Signal& signal : answer.signals()) {
    const auto add = [&](const v1::Evidence& evidence, bool tested) {
      sheet.Add(
          {TextCell(FlagOf(signal.kind())), TextCell(signal.type()), TextCell(signal.customer()),
           TextCell(signal.display_name()), TextCell(signal.tier()),
           TextCell(signal.account_owner()), MoneyCell(signal.revenue_365d(), currency),
           TextCell(signal.date()), TextCell(evidence.measure()),
           ValueCell(evidence.value(), currency), ValueCell(evidence.expected(), currency),
           tested ? NumberCell(evidence.p()) : SheetCell{"", ""},
           tested ? NumberCell(evidence.q()) : SheetCell{"", ""}, TextCell(signal.statement())});
    };
    for (const v1::Evidence& evidence : signal.evidence()) add(evidence, evidence.q() < 1);
    if (signal.evidence_size() == 0) add(v1::Evidence(), false);
  }
  return sheet;
}

absl::Status Signals(Context& context, const SignalArguments& arguments) {
  std::vector<Kind> asked;
  for (const Kind& kind : kKinds) {
    const bool named = std::find(arguments.kinds.begin(), arguments.kinds.end(), kind.flag) !=
                       arguments.kinds.end();
    if (arguments.kinds.empty() || named) asked.push_back(kind);
  }
  STRATA_ASSIGN_OR_RETURN(const v1::ListSignalsResponse answer,
                          Ask(context, &Client::ListSignals, [&](v1::ListSignalsRequest& request) {
                            for (const Kind& kind : asked) request.add_kinds(kind.kind);
                            request.set_false_discovery_rate(arguments.rate);
                            request.set_renewal_days(arguments.renewal_days);
                            request.set_limit(context.flags().limit);
                          }));
  std::vector<Section> sections;
  for (const Kind& kind : asked) sections.push_back(SectionOf(kind, answer));
  std::vector<std::string> head;
  if (answer.tests() > 0) {
    head.push_back(absl::StrCat("Warnings and growth: ", FormatInteger(answer.tests()),
                                " tests, at most ", FormatPercent(answer.false_discovery_rate()),
                                " of those listed are expected to be false alarms"));
  }
  return ShowSections(context, answer, head, sections, CsvOf(answer));
}

}  // namespace

void AddSignalsCommand(CLI::App& insight, Context& context) {
  auto arguments = std::make_shared<SignalArguments>();
  CLI::App* command = AddCommand(
      insight, "signals",
      "Early warnings, emerging accounts, renewals, strategic accounts without an owner",
      "strata insight signals --kind warning,renewal --fdr 0.05 --renewal-days 60",
      [&context, arguments] { return Signals(context, *arguments); }, context);
  command->add_option("--kind", arguments->kinds, "warning, emerging, renewal, unowned [all]")
      ->delimiter(',')
      ->check(CLI::IsMember({"warning", "emerging", "renewal", "unowned"}))
      ->type_name("KIND,...");
  command
      ->add_option("--fdr", arguments->rate, "Share of the warnings that may be false alarms [0.1]")
      ->check(Share());
  command
      ->add_option("--renewal-days", arguments->renewal_days,
                   "Contracts that end within so many days [90]")
      ->check(WholeNumber(1, 3'660));
}

}  // namespace strata::cli
