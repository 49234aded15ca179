#include "client/cli/import/command/import_proposal_view.h"

#include <algorithm>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/base/shell_word.h"
#include "client/cli/base/shown_text.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"
#include "google/protobuf/struct.pb.h"
#include "server/domain/currency.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {
namespace {

std::string Day(int64_t second, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(second), zone);
}

std::string Moment(const google::protobuf::Timestamp& time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixSeconds(time.seconds()), zone);
}

std::string Attributes(const v1::Customer& customer) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : customer.attributes()) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  std::vector<std::string> texts;
  for (const std::string& key : keys) {
    const v1::AttributeValue& value = customer.attributes().at(key);
    texts.push_back(absl::StrCat(key, "=",
                                 value.has_text()     ? Shortened(value.text(), 20)
                                 : value.has_number() ? PlainNumber(value.number())
                                 : value.boolean()    ? "yes"
                                                      : "no"));
  }
  return Shortened(absl::StrJoin(texts, ", "), 80);
}

// One line about a record.
std::vector<std::string> Row(const v1::Record& record, const std::string& currency,
                             absl::TimeZone zone) {
  switch (record.kind_case()) {
    case v1::Record::kCustomer: {
      const v1::Customer& c = record.customer();
      std::vector<std::string> place;
      for (const std::string* part : {&c.city(), &c.region(), &c.country()}) {
        if (!part->empty()) place.push_back(*part);
      }
      return {"customer", c.id(), c.display_name(), absl::StrJoin(place, ", "), Attributes(c)};
    }
    case v1::Record::kOrder: {
      const v1::Order& o = record.order();
      __int128 amount = 0;
      for (const v1::OrderLine& line : o.lines()) amount += line.amount_micros();
      return {"order", o.id(), o.customer(), Moment(o.order_time(), zone),
              absl::StrCat(
                  MoneyText(MicrosSum(amount), currency),
                  o.lines_size() == 1 ? ", 1 line" : absl::StrCat(", ", o.lines_size(), " lines"),
                  o.status().empty() ? "" : ", ", o.status())};
    }
    case v1::Record::kTicket:
      return {"ticket", record.ticket().id(), record.ticket().customer(),
              Moment(record.ticket().opened_time(), zone), record.ticket().priority()};
    case v1::Record::kContract:
      return {"contract", record.contract().id(), record.contract().customer(),
              record.contract().start_date(),
              absl::StrCat(MoneyText(MicrosSum(record.contract().annual_value_micros()), currency),
                           " a year")};
    case v1::Record::kSurvey:
      return {"survey", record.survey().id(), record.survey().customer(),
              Moment(record.survey().time(), zone), absl::StrCat(record.survey().score())};
    default:
      return {};
  }
}

void PrintFirstRecords(const Context& context, const ProposalView& view) {
  TextTable table({{"record"}, {"id"}, {""}, {""}, {""}});
  for (const v1::Record& record : view.content.summary.first_records()) {
    std::vector<std::string> row = Row(record, view.currency, view.zone);
    for (std::string& cell : row) cell = Printable(Shortened(cell, 48));
    table.AddRow(std::move(row));
  }
  table.Print(context.terminal());
}

absl::Status PrintAsJson(const Context& context, const ProposalView& view) {
  google::protobuf::Struct root;
  auto& fields = *root.mutable_fields();
  fields["workspace"].set_string_value(view.workspace);
  fields["mapping"].set_string_value(view.proposal.mapping);
  fields["rejected"].set_number_value(static_cast<double>(view.rejects.records()));
  auto& totals = *fields["totals"].mutable_struct_value()->mutable_fields();
  for (const auto& [name, text] : Totals(view.content.summary, view.currency, view.zone)) {
    totals[name].set_string_value(text);
  }
  auto& notes = *fields["notes"].mutable_list_value();
  for (const auto* list : {&view.content.notes, &view.proposal.notes}) {
    for (const std::string& note : *list) notes.add_values()->set_string_value(note);
  }
  return context.PrintJson(root);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> Totals(const imports::ImportSummary& summary,
                                                        const std::string& currency,
                                                        absl::TimeZone zone) {
  std::vector<std::pair<std::string, std::string>> totals;
  const auto count = [&](const char* name, v1::Record::KindCase kind) {
    if (summary.records(kind) > 0) totals.emplace_back(name, FormatInteger(summary.records(kind)));
  };
  if (summary.records(v1::Record::kOrder) > 0) {
    totals.emplace_back("orders", absl::StrCat(FormatInteger(summary.records(v1::Record::kOrder)),
                                               " of ", FormatInteger(summary.lines()), " lines"));
  }
  count("tickets", v1::Record::kTicket);
  count("contracts", v1::Record::kContract);
  count("surveys", v1::Record::kSurvey);
  totals.emplace_back("customers", FormatInteger(summary.customers()));
  if (summary.first_second() <= summary.last_second()) {
    totals.emplace_back("dates", absl::StrCat(Day(summary.first_second(), zone), " to ",
                                              Day(summary.last_second(), zone)));
  }
  if (summary.lines() > 0) {
    totals.emplace_back(
        "amount", absl::StrCat(MoneyText(MicrosSum(summary.amount()), currency), " ", currency));
    if (summary.return_lines() > 0) {
      totals.emplace_back("of it returns",
                          absl::StrCat(MoneyText(MicrosSum(summary.returned()), currency), " in ",
                                       FormatInteger(summary.return_lines()),
                                       summary.return_lines() == 1 ? " line" : " lines"));
    }
    if (summary.zero_lines() > 0) {
      totals.emplace_back("lines of nothing", FormatInteger(summary.zero_lines()));
    }
  }
  return totals;
}

absl::Status PrintProposal(const Context& context, const ProposalView& view) {
  if (context.flags().output == OutputForm::kJson) return PrintAsJson(context, view);
  std::ostream& out = context.out();
  out << Bold(context.terminal(), "A mapping for " + Printable(ShortList(view.content.files)))
      << "\n\n";
  for (const absl::string_view line : absl::StrSplit(view.proposal.mapping, '\n')) {
    out << (line.empty() ? "" : "    ") << Printable(line) << '\n';
  }
  out << Bold(context.terminal(), "The first records") << "\n\n";
  PrintFirstRecords(context, view);
  out << '\n' << Bold(context.terminal(), "All of them") << "\n\n";
  TextTable totals({{""}, {""}});
  for (const auto& [name, text] : Totals(view.content.summary, view.currency, view.zone)) {
    totals.AddRow({name, text});
  }
  if (view.rejects.records() > 0) {
    totals.AddRow({"cannot be read", FormatInteger(view.rejects.records())});
  }
  totals.AddRow({"workspace",
                 view.workspace_missing
                     ? absl::StrCat(view.workspace, " (will be made, in ", view.currency, ", UTC)")
                     : view.workspace});
  totals.Print(context.terminal());
  out << '\n';
  out.flush();
  return absl::OkStatus();
}

std::string HowToGoOn(const Context& context, const ImportArguments& arguments,
                      const imports::TablesAndPaths& files, const std::string& workspace) {
  std::string words;
  for (const std::string& path : arguments.paths) absl::StrAppend(&words, " ", ShellWord(path));
  GlobalFlags flags = context.flags();
  const std::string start = CommandStart(flags);
  flags.workspace = workspace;
  std::string csv;
  for (const auto& [table, path] : files) {
    absl::StrAppend(&csv, " --csv ", ShellWord(absl::StrCat(table, "=", path)));
  }
  return absl::StrCat("Nothing is stored yet.\n  import it as shown:    ", start, " import", words,
                      " --yes\n  or change it first:    ", start, " import", words,
                      " --save mapping.sql\n  and then:              ", CommandStart(flags),
                      " import --sql mapping.sql", csv, "\n");
}

}  // namespace strata::cli
