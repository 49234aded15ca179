#include <algorithm>
#include <iterator>
#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/ask/insight/insight_action_command.h"
#include "client/cli/ask/insight/insight_page.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/argument_check.h"
#include "strata/v1/insight_service.pb.h"

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
  const char *date, *value;  // the headers of its date and value; nullptr: it has none
  bool tested;
  v1::SignalKind kind;
};
constexpr Kind kKinds[] = {
    {"warning", "Early warnings", "No early warning.", nullptr, nullptr, true,
     v1::SIGNAL_KIND_EARLY_WARNING},
    {"emerging", "Emerging accounts", "No account emerges.", "crosses", nullptr, true,
     v1::SIGNAL_KIND_EMERGING},
    {"new", "Strong newcomers", "No newcomer orders like a strategic account.", "since", "ordered",
     true, v1::SIGNAL_KIND_NEW},
    {"lost", "Lost customers", "No customer is lost.", "last order", "left", true,
     v1::SIGNAL_KIND_LOST},
    {"renewal", "Renewals", "No contract ends so soon.", "ends", nullptr, false,
     v1::SIGNAL_KIND_RENEWAL},
    {"unowned", "Strategic accounts without an owner", "Every strategic account has an owner.",
     nullptr, nullptr, false, v1::SIGNAL_KIND_UNOWNED},
};

std::vector<std::string> Flags() {
  std::vector<std::string> flags;
  for (const Kind& kind : kKinds) flags.emplace_back(kind.flag);
  return flags;
}

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

TitledTable SectionOf(const Kind& kind, const v1::ListSignalsResponse& answer) {
  std::vector<TextTable::Column> columns = {{"customer", Align::kLeft, TextTable::Fit::kKeep},
                                            {"name"},
                                            {"owner"},
                                            {"last year", Align::kRight}};
  if (kind.date != nullptr) columns.push_back({kind.date, Align::kLeft, TextTable::Fit::kKeep});
  if (kind.value != nullptr) columns.push_back({kind.value, Align::kRight});
  if (kind.tested) columns.push_back({"q", Align::kRight});
  columns.push_back({"what", Align::kLeft, TextTable::Fit::kWrap});
  TextTable table(std::move(columns));
  for (const v1::Signal& signal : answer.signals()) {
    if (signal.kind() != kind.kind) continue;
    std::vector<std::string> row = {
        Printable(signal.customer()), Printable(signal.display_name()),
        signal.account_owner().empty() ? "nobody" : Printable(signal.account_owner()),
        FormatMoney(signal.revenue_365d(), answer.meta().currency_code())};
    if (kind.date != nullptr) row.push_back(signal.date().empty() ? "–" : Printable(signal.date()));
    if (kind.value != nullptr)
      row.push_back(FormatMoney(signal.value(), answer.meta().currency_code()));
    if (kind.tested) row.push_back(QOf(signal));
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
               {"at_stake"},
               {"measure", true},
               {"value"},
               {"expected"},
               {"p"},
               {"q"},
               {"statement", true}});
  const std::string& currency = answer.meta().currency_code();
  for (const v1::Signal& signal : answer.signals()) {
    const auto add = [&](const v1::Evidence& evidence, bool tested) {
      sheet.Add({TextCell(FlagOf(signal.kind())), TextCell(signal.type()),
                 TextCell(signal.customer()), TextCell(signal.display_name()),
                 TextCell(signal.tier()), TextCell(signal.account_owner()),
                 MoneyCell(signal.revenue_365d(), currency), TextCell(signal.date()),
                 signal.has_value() ? MoneyCell(signal.value(), currency) : SheetCell{"", ""},
                 TextCell(evidence.measure()), ValueCell(evidence.value(), currency),
                 ValueCell(evidence.expected(), currency),
                 tested ? NumberCell(evidence.p()) : SheetCell{"", ""},
                 tested ? NumberCell(evidence.q()) : SheetCell{"", ""},
                 TextCell(signal.statement())});
    };
    for (const v1::Evidence& evidence : signal.evidence()) add(evidence, evidence.q() < 1);
    if (signal.evidence_size() == 0) add(v1::Evidence(), false);
  }
  return sheet;
}

// "Lost customers: 812 customers tested, 12 found, 10 listed; at most 10% of them are expected to
// be false alarms".
std::string WordsOf(const v1::SignalFamily& family) {
  const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const Kind& one) { return one.kind == family.kind(); });
  const char* title = kind == std::end(kKinds) ? "Others" : kind->title;
  return absl::StrCat(title, ": ", FormatInteger(family.tested()), " customers tested, ",
                      FormatInteger(family.found()), " found, ", FormatInteger(family.listed()),
                      " listed; at most ", FormatPercent(family.false_discovery_rate()),
                      " of them are expected to be false alarms");
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
  std::vector<TitledTable> sections;
  for (const Kind& kind : asked) sections.push_back(SectionOf(kind, answer));
  std::vector<std::string> head;
  for (const v1::SignalFamily& family : answer.families()) {
    if (family.false_discovery_rate() > 0) head.push_back(WordsOf(family));
  }
  return ShowSections(context, answer, head, sections, CsvOf(answer));
}

}  // namespace

void AddSignalsCommand(CLI::App& insight, Context& context) {
  auto arguments = std::make_shared<SignalArguments>();
  CLI::App* command = AddCommand(
      insight, "signals",
      "Early warnings, emerging accounts, newcomers, lost customers, renewals, accounts without an "
      "owner",
      "strata insight signals --kind warning,renewal --fdr 0.05 --renewal-days 60",
      [&context, arguments] { return Signals(context, *arguments); }, context);
  command
      ->add_option("--kind", arguments->kinds, absl::StrCat(absl::StrJoin(Flags(), ", "), " [all]"))
      ->delimiter(',')
      ->check(CLI::IsMember(Flags()))
      ->type_name("KIND,...");
  command
      ->add_option("--fdr", arguments->rate,
                   "Share of the listed that may be false alarms, in each kind [0.1]")
      ->check(Share());
  command
      ->add_option("--renewal-days", arguments->renewal_days,
                   "Contracts that end within so many days [90]")
      ->check(WholeNumber(1, 3'660));
}

}  // namespace strata::cli
