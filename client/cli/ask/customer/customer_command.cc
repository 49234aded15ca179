#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/ask/customer/customer_figures.h"
#include "client/cli/ask/customer/customer_page.h"
#include "client/cli/ask/customer/filter_text.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/result_footer.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/argument_check.h"
#include "client/cli/program/command.h"
#include "strata/error.h"
#include "strata/v1/customer_service.pb.h"
#include "strata/v1/insight_service.pb.h"
#include "strata/v1/kpi_service.pb.h"

namespace strata::cli {
namespace {

constexpr int32_t kDefaultRows = 100;
constexpr int32_t kLargestPage = 10'000;

// Tickets that the page looks at, to count the open ones.
constexpr int32_t kTicketsOfThePage = 1'000;

struct ShowArguments {
  std::string id;
  int32_t orders = 0, tickets = 0, timeline = 0, months = 0;  // 0: the server's default
  bool figures = false;
};

// One row a figure: what programs read of the page. Records are told by json.
void WritePageCsv(std::ostream& out, const v1::GetCustomerResponse& answer) {
  WriteCsvRow(out, {"section", "name", "value", "unit", "rank", "of", "median"});
  for (const v1::FieldValue& feature : answer.features()) {
    WriteCsvRow(out, {"feature", feature.field(), PlainValue(feature.value()), "", "", "", ""});
  }
  for (const v1::KpiStanding& standing : answer.kpis()) {
    WriteCsvRow(out, {"kpi", standing.kpi(), PlainValue(standing.value()), standing.unit(),
                      standing.rank() == 0 ? "" : absl::StrCat(standing.rank()),
                      absl::StrCat(standing.of()), PlainValue(standing.median())});
  }
  for (const v1::HealthComponent& component : answer.health().components()) {
    WriteCsvRow(out, {"health", component.component(), PlainValue(component.score()), "points", "",
                      "", ""});
  }
  for (const v1::Driver& driver : answer.risk().drivers()) {
    WriteCsvRow(
        out, {"risk_driver", driver.feature(), PlainNumber(driver.contribution()), "", "", "", ""});
  }
}

// The id of the one customer whom a text names that is no id; nullopt when it names none or
// several.
std::optional<std::string> NamedInstead(const absl::Status& status) {
  const ErrorDetails details = ErrorDetails::FromStatus(status);
  if (details.reason != "CUSTOMER_NOT_FOUND" || details.Metadata("matches") != "1" ||
      details.Metadata("match") == "likeness") {
    return std::nullopt;
  }
  return details.Metadata("customer_1");
}

// By id, else by name: who asks for a customer need not know the id.
absl::StatusOr<v1::GetCustomerResponse> GetByIdOrName(Context& context,
                                                      v1::GetCustomerRequest request) {
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  absl::StatusOr<v1::GetCustomerResponse> answer =
      client->GetCustomer(request, context.call_options());
  if (answer.ok()) return answer;
  const std::optional<std::string> id = NamedInstead(answer.status());
  if (!id.has_value()) return answer;
  const std::string name = std::exchange(*request.mutable_customer(), *id);
  answer = client->GetCustomer(request, context.call_options());
  if (answer.ok()) {
    context.err() << "note: no customer has the id \"" << Printable(name) << "\"; this is "
                  << Printable(*id) << ", found by name\n";
  }
  return answer;
}

absl::Status ShowCustomer(Context& context, const ShowArguments& args) {
  const bool page = context.flags().output == OutputForm::kTable;
  v1::GetCustomerRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_scope(), context.Scope());
  request.mutable_scope()->clear_range();
  request.set_customer(args.id);
  request.set_view(v1::CUSTOMER_VIEW_FULL);
  request.set_orders(args.orders);
  request.set_tickets(page ? kTicketsOfThePage : args.tickets);
  request.set_timeline(args.timeline);
  request.set_months(args.months);
  STRATA_ASSIGN_OR_RETURN(const v1::GetCustomerResponse answer,
                          GetByIdOrName(context, std::move(request)));
  if (context.flags().output == OutputForm::kJson) return context.PrintJson(answer);
  if (!page) {
    WritePageCsv(context.out(), answer);
    TellNotes(context.terminal(), answer.meta());
    return absl::OkStatus();
  }
  STRATA_ASSIGN_OR_RETURN(const v1::QueryKpisResponse year, AskYear(context, answer));
  CustomerPageOptions options;
  if (args.tickets > 0) options.tickets = args.tickets;
  options.orders = args.orders > 0;
  options.figures = args.figures;
  PrintCustomerPage(context.terminal(), answer, year, options);
  return absl::OkStatus();
}

struct ListArguments {
  std::string name;  // part of the display name; empty: whatever it is
  std::vector<std::string> fields;
  bool all = false;
};

// Pages until there are `wanted` rows (0: all of them), as one answer.
absl::StatusOr<v1::ListCustomersResponse> Fetch(Context& context, v1::ListCustomersRequest request,
                                                int32_t wanted) {
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  v1::ListCustomersResponse all;
  for (;;) {
    const int32_t left = wanted == 0 ? kLargestPage : wanted - all.customers_size();
    request.set_page_size(std::min(left, kLargestPage));
    STRATA_ASSIGN_OR_RETURN(v1::ListCustomersResponse page,
                            client->ListCustomers(request, context.call_options()));
    google::protobuf::RepeatedPtrField<v1::CustomerRow> rows;
    rows.Swap(all.mutable_customers());
    for (v1::CustomerRow& row : *page.mutable_customers()) *rows.Add() = std::move(row);
    all = std::move(page);
    rows.Swap(all.mutable_customers());
    if (all.next_page_token().empty() || (wanted > 0 && all.customers_size() >= wanted)) return all;
    request.set_page_token(all.next_page_token());
  }
}

void PrintTable(const Context& context, const v1::ListCustomersResponse& list) {
  std::vector<TextTable::Column> columns = {{"customer"}};
  for (int i = 0; i < list.fields_size(); ++i) {
    const bool text = std::all_of(
        list.customers().begin(), list.customers().end(),
        [i](const v1::CustomerRow& row) { return !Magnitude(row.values(i)).has_value(); });
    columns.push_back({Printable(list.fields(i)), text ? Align::kLeft : Align::kRight});
  }
  TextTable table(std::move(columns));
  for (const v1::CustomerRow& customer : list.customers()) {
    std::vector<std::string> row = {Printable(customer.customer())};
    for (const v1::Value& value : customer.values())
      row.push_back(FormatValue(value, "", list.meta().currency_code()));
    table.AddRow(std::move(row));
  }
  table.Print(context.terminal());
  if (list.customers_size() < list.total()) {
    context.out() << "\n"
                  << FormatInteger(list.customers_size()) << " of " << FormatInteger(list.total())
                  << " customers: more with --limit N or --all\n";
  }
  PrintResultFooter(context.terminal(), list.meta());
}

absl::Status ListCustomers(Context& context, const ListArguments& args) {
  v1::ListCustomersRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_scope(), context.Scope());
  request.mutable_scope()->clear_range();
  if (!args.name.empty()) {
    // OR binds tighter than AND, so the filter needs no parentheses.
    std::string& filter = *request.mutable_scope()->mutable_filter();
    absl::StrAppend(&filter, filter.empty() ? "" : " AND ", "display_name:", FilterText(args.name));
  }
  for (const std::string& field : args.fields) request.add_fields(field);
  request.set_order_by(context.flags().sort);
  const int32_t limit = context.flags().limit;
  const int32_t wanted = args.all ? 0 : limit > 0 ? limit : kDefaultRows;
  STRATA_ASSIGN_OR_RETURN(const v1::ListCustomersResponse list, Fetch(context, request, wanted));
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(list);
    case OutputForm::kTable:
      PrintTable(context, list);
      break;
    case OutputForm::kCsv: {
      std::vector<std::string> row = {"customer"};
      row.insert(row.end(), list.fields().begin(), list.fields().end());
      WriteCsvRow(context.out(), row);
      for (const v1::CustomerRow& customer : list.customers()) {
        row = {customer.customer()};
        for (const v1::Value& value : customer.values()) row.push_back(PlainValue(value));
        WriteCsvRow(context.out(), row);
      }
      TellNotes(context.terminal(), list.meta());
      break;
    }
  }
  return absl::OkStatus();
}

// Asks a person; a program that got here means it.
bool Confirmed(const Context& context, const std::string& id, const std::string& workspace) {
  if (isatty(STDIN_FILENO) == 0 || !context.terminal().err_is_terminal) return true;
  context.err() << "Erase customer " << Printable(id) << " of workspace " << Printable(workspace)
                << " with every record of theirs, for good? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

absl::Status EraseCustomer(Context& context, const std::string& id, bool yes) {
  v1::EraseCustomerRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_workspace(), context.Workspace());
  request.set_customer(id);
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  if (!yes && !Confirmed(context, id, request.workspace())) {
    return absl::CancelledError("nothing was erased");
  }
  STRATA_ASSIGN_OR_RETURN(const v1::EraseCustomerResponse answer,
                          client->EraseCustomer(request, context.call_options()));
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(answer);
    case OutputForm::kCsv:
      WriteCsvRow(context.out(), {"customer", "revision"});
      WriteCsvRow(context.out(), {id, absl::StrCat(answer.revision())});
      break;
    case OutputForm::kTable:
      context.out() << "erased customer " << Printable(id) << "; revision " << answer.revision()
                    << " is the first without them\n";
      break;
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterCustomer(CLI::App& app, Context& context) {
  CLI::App* noun = AddNoun(app, "customer", "One customer, or a list of them");
  auto shown = std::make_shared<ShowArguments>();
  CLI::App* show = AddCommand(
      *noun, "show",
      "The review of one customer: the year, rank among all, service, contracts, health, risk, "
      "timeline (csv holds the figures, json the records too)",
      "strata customer show A-00012 --as-of 2024-12-31\n  strata customer show Northmill",
      [&context, shown] { return ShowCustomer(context, *shown); }, context);
  show->add_option("id", shown->id, "The customer's id, or name, or what only one name holds")
      ->required();
  show->add_option("--orders", shown->orders,
                   "How many of the latest orders; the page lists them only then [10]")
      ->check(WholeNumber(1, 1'000));
  show->add_option("--tickets", shown->tickets,
                   "How many of the latest tickets; the page shows open ones beyond them too [10]")
      ->check(WholeNumber(1, 1'000));
  show->add_option("--timeline", shown->timeline, "How many of the latest events [20]")
      ->check(WholeNumber(1, 1'000));
  show->add_option("--months", shown->months, "How many months up to as_of [12]")
      ->check(WholeNumber(1, 60));
  show->add_flag("--figures", shown->figures, "Every customer field of `strata kpi fields`, too");

  auto args = std::make_shared<ListArguments>();
  CLI::App* list = AddCommand(
      *noun, "list", "Customers with fields of your choice",
      "strata customer list --fields display_name,tier,revenue --sort 'revenue desc' --limit 20\n"
      "  strata customer list --name stone",
      [&context, args] { return ListCustomers(context, *args); }, context);
  list->add_option("--fields", args->fields, "A,B of `strata kpi fields` [display_name]")
      ->delimiter(',')
      ->allow_extra_args(false);
  list->add_option("--name", args->name, "Only those whose names hold this text, case apart")
      ->type_name("TEXT");
  list->add_flag("--all", args->all, "All of them, not the first 100 or --limit");

  auto id = std::make_shared<std::string>();
  auto yes = std::make_shared<bool>(false);
  CLI::App* erase = AddCommand(
      *noun, "erase", "Remove a person with every record of theirs, for good",
      "strata customer erase C-0001715 --yes",
      [&context, id, yes] { return EraseCustomer(context, *id, *yes); }, context);
  erase->add_option("id", *id, "The customer")->required();
  erase->add_flag("-y,--yes", *yes, "Do not ask");
}

}  // namespace strata::cli
