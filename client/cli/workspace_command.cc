#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/cli/command.h"
#include "client/cli/delimited_output.h"
#include "client/cli/text_table.h"
#include "client/cli/time_format.h"
#include "client/cli/value_format.h"
#include "client/cli/workspace_settings.h"
#include "server/base/status_macros.h"

namespace strata::cli {
namespace {

// "AGE_METHOD_YEAR_DIFFERENCE" -> "year-difference", as the flags take it.
std::string Word(absl::string_view name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(absl::StripPrefix(name, prefix), {{"_", "-"}}));
}

// As --service-policy takes it.
std::string PlainPolicies(const v1::Workspace& w) {
  return absl::StrJoin(w.service_policy(), ";", [](std::string* out, const auto& policy) {
    absl::StrAppend(out, policy.tier(), "=", policy.response_target_hours(), ",",
                    policy.contact_cadence_days(), ",", policy.escalation_path());
  });
}

// "first response in 4 h, contact every 30 days, escalates to executive sponsor"
std::string PolicyInWords(const v1::TierServicePolicy& policy) {
  std::vector<std::string> promises;
  if (policy.response_target_hours() > 0) {
    promises.push_back(absl::StrCat("first response in ", policy.response_target_hours(), " h"));
  }
  if (policy.contact_cadence_days() > 0) {
    promises.push_back(absl::StrCat("contact every ", policy.contact_cadence_days(), " days"));
  }
  if (!policy.escalation_path().empty()) {
    promises.push_back(absl::StrCat("escalates to ", Printable(policy.escalation_path())));
  }
  return promises.empty() ? "nothing" : absl::StrJoin(promises, ", ");
}

// Every setting and figure of a workspace: name of the column and plain text.
std::vector<std::pair<std::string, std::string>> Plain(const v1::Workspace& w) {
  return {
      {"workspace", w.workspace()},
      {"display_name", w.display_name()},
      {"currency_code", w.currency_code()},
      {"time_zone", w.time_zone()},
      {"fiscal_first_month", absl::StrCat(w.fiscal_first_month())},
      {"first_weekday", Word(v1::Weekday_Name(w.first_weekday()), "WEEKDAY_")},
      {"excluded_statuses", absl::StrJoin(w.excluded_statuses(), ";")},
      {"excluded_contract_statuses", absl::StrJoin(w.excluded_contract_statuses(), ";")},
      {"contract_grace_days", absl::StrCat(w.contract_grace_days())},
      {"age_method", Word(v1::AgeMethod_Name(w.age_method()), "AGE_METHOD_")},
      {"age_band_width", absl::StrCat(w.age_band_width())},
      {"age_band_anchor", absl::StrCat(w.age_band_anchor())},
      {"deal_size_medium", PlainMoney(w.deal_size_medium())},
      {"deal_size_large", PlainMoney(w.deal_size_large())},
      {"strategic_share_bp", absl::StrCat(w.tier_rule().strategic_share_bp())},
      {"growth_share_bp", absl::StrCat(w.tier_rule().growth_share_bp())},
      {"tier_rounding", Word(v1::ShareRounding_Name(w.tier_rule().rounding()), "SHARE_ROUNDING_")},
      {"tier_window_days", absl::StrCat(w.tier_rule().window_days())},
      {"vip_purchases", absl::StrCat(w.loyalty_rule().vip_purchases())},
      {"vip_units", absl::StrCat(w.loyalty_rule().vip_units())},
      {"abc_a_share_bp", absl::StrCat(w.abc_rule().a_share_bp())},
      {"abc_b_share_bp", absl::StrCat(w.abc_rule().b_share_bp())},
      {"rfm_window_days", absl::StrCat(w.rfm_rule().window_days())},
      {"service_policy", PlainPolicies(w)},
      {"inactivity_days", absl::StrCat(w.inactivity_days())},
      {"retention_days", absl::StrCat(w.retention_days())},
      {"revision", absl::StrCat(w.revision())},
      {"customers", absl::StrCat(w.customers())},
      {"orders", absl::StrCat(w.orders())},
      {"first_event_date", w.first_event_date()},
      {"last_event_date", w.last_event_date()},
      {"create_time", PlainTime(w.create_time())},
      {"update_time", PlainTime(w.update_time())},
      {"problem", w.problem()},
  };
}

void WriteCsv(std::ostream& out, const std::vector<const v1::Workspace*>& workspaces) {
  std::vector<std::string> header;
  for (auto& [name, value] : Plain(v1::Workspace())) header.push_back(name);
  WriteCsvRow(out, header);
  for (const v1::Workspace* workspace : workspaces) {
    std::vector<std::string> row;
    for (auto& [name, value] : Plain(*workspace)) row.push_back(std::move(value));
    WriteCsvRow(out, row);
  }
}

absl::Status PrintWorkspace(const Context& context, const v1::Workspace& w,
                            const google::protobuf::Message& response) {
  if (context.flags().output == OutputForm::kJson) return context.PrintJson(response);
  if (context.flags().output == OutputForm::kCsv) {
    WriteCsv(context.out(), {&w});
    return absl::OkStatus();
  }
  const Terminal& terminal = context.terminal();
  context.out() << Bold(terminal, Printable(w.workspace()));
  if (!w.display_name().empty()) context.out() << "  " << Printable(w.display_name());
  context.out() << "\n\n";
  TextTable table({{""}, {"", Align::kLeft, TextTable::Fit::kWrap}});
  table.AddRow({"customers", FormatInteger(w.customers())});
  table.AddRow({"orders", FormatInteger(w.orders())});
  table.AddRow({"events", w.first_event_date().empty()
                              ? "none yet"
                              : absl::StrCat(Printable(w.first_event_date()), " to ",
                                             Printable(w.last_event_date()))});
  table.AddRow({"revision", FormatInteger(w.revision())});
  table.AddRow({"currency, time zone",
                absl::StrCat(Printable(w.currency_code()), ", ", Printable(w.time_zone()))});
  table.AddRow({"fiscal year begins in month", absl::StrCat(w.fiscal_first_month())});
  table.AddRow({"weeks begin on", Word(v1::Weekday_Name(w.first_weekday()), "WEEKDAY_")});
  table.AddRow({"no revenue from orders", Printable(absl::StrJoin(w.excluded_statuses(), ", "))});
  table.AddRow(
      {"contracts never in force", Printable(absl::StrJoin(w.excluded_contract_statuses(), ", "))});
  table.AddRow(
      {"contracts go on",
       w.contract_grace_days() == 0
           ? "until their end date"
           : absl::StrCat("when renewed within ", w.contract_grace_days(),
                          w.contract_grace_days() == 1 ? " day" : " days", " after their end")});
  table.AddRow(
      {"age", absl::StrCat(Word(v1::AgeMethod_Name(w.age_method()), "AGE_METHOD_"), ", bands of ",
                           w.age_band_width(), " years from ", w.age_band_anchor())});
  table.AddRow(
      {"deal size",
       absl::StrCat("medium from ", FormatMoney(w.deal_size_medium(), w.currency_code()),
                    ", large from ", FormatMoney(w.deal_size_large(), w.currency_code()))});
  const v1::TierRule& tier = w.tier_rule();
  std::string rule =
      absl::StrCat("strategic ", FormatPercent(tier.strategic_share_bp() / 1e4), ", growth up to ",
                   FormatPercent(tier.growth_share_bp() / 1e4), " of customers by revenue, ",
                   Word(v1::ShareRounding_Name(tier.rounding()), "SHARE_ROUNDING_"));
  if (tier.window_days() > 0) absl::StrAppend(&rule, ", last ", tier.window_days(), " days");
  table.AddRow({"tier", rule});
  table.AddRow(
      {"loyalty", absl::StrCat("VIP from ", w.loyalty_rule().vip_purchases(), " purchases and ",
                               w.loyalty_rule().vip_units(), " units")});
  table.AddRow({"abc", absl::StrCat("A makes ", FormatPercent(w.abc_rule().a_share_bp() / 1e4),
                                    " of the revenue, B up to ",
                                    FormatPercent(w.abc_rule().b_share_bp() / 1e4))});
  table.AddRow(
      {"rfm", w.rfm_rule().window_days() == 0
                  ? "purchases of all history"
                  : absl::StrCat("purchases of the last ", w.rfm_rule().window_days(), " days")});
  for (const v1::TierServicePolicy& policy : w.service_policy()) {
    table.AddRow({absl::StrCat("support of ", Printable(policy.tier())), PolicyInWords(policy)});
  }
  table.AddRow({"inactive after", absl::StrCat(w.inactivity_days(), " days")});
  table.AddRow({"records are kept",
                w.retention_days() == 0 ? "for ever" : absl::StrCat(w.retention_days(), " days")});
  table.AddRow({"created", FormatTime(w.create_time())});
  table.AddRow({"changed", FormatTime(w.update_time())});
  table.Print(terminal);
  return absl::OkStatus();
}

absl::Status CreateWorkspace(Context& context, const std::string& name,
                             const WorkspaceSettings& settings) {
  v1::CreateWorkspaceRequest request;
  request.mutable_workspace()->set_workspace(name);
  STRATA_RETURN_IF_ERROR(settings.ApplyTo(*request.mutable_workspace()));
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const v1::CreateWorkspaceResponse response,
                          client->CreateWorkspace(request, context.call_options()));
  return PrintWorkspace(context, response.workspace(), response);
}

// The name given, or what -w and the rest say.
absl::StatusOr<std::string> Chosen(Context& context, const std::string& name) {
  if (!name.empty()) return name;
  return context.Workspace();
}

absl::StatusOr<v1::GetWorkspaceResponse> Get(Context& context, const std::string& name) {
  v1::GetWorkspaceRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_workspace(), Chosen(context, name));
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  return client->GetWorkspace(request, context.call_options());
}

absl::Status ShowWorkspace(Context& context, const std::string& name) {
  STRATA_ASSIGN_OR_RETURN(const v1::GetWorkspaceResponse response, Get(context, name));
  return PrintWorkspace(context, response.workspace(), response);
}

absl::Status UpdateWorkspace(Context& context, const std::string& name,
                             const WorkspaceSettings& settings) {
  v1::UpdateWorkspaceRequest request;
  for (const std::string& field : settings.given()) request.mutable_update_mask()->add_paths(field);
  if (request.update_mask().paths_size() == 0) {
    return absl::InvalidArgumentError("nothing to change: give at least one setting");
  }
  STRATA_RETURN_IF_ERROR(
      settings.ApplyTo(*request.mutable_workspace()));  // before anything is asked
  // A mask names whole fields, so the parts of a rule that were not given have to be what they are.
  STRATA_ASSIGN_OR_RETURN(const v1::GetWorkspaceResponse current, Get(context, name));
  *request.mutable_workspace() = current.workspace();
  STRATA_RETURN_IF_ERROR(settings.ApplyTo(*request.mutable_workspace()));
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const v1::UpdateWorkspaceResponse response,
                          client->UpdateWorkspace(request, context.call_options()));
  return PrintWorkspace(context, response.workspace(), response);
}

absl::Status DeleteWorkspace(Context& context, const std::string& name, bool force) {
  v1::DeleteWorkspaceRequest request;
  request.set_workspace(name);
  request.set_force(force);
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const v1::DeleteWorkspaceResponse response,
                          client->DeleteWorkspace(request, context.call_options()));
  if (context.flags().output == OutputForm::kJson) return context.PrintJson(response);
  if (context.flags().output == OutputForm::kTable) {
    context.out() << "deleted workspace " << Printable(name) << "\n";
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ListWorkspacesResponse> ListAll(Context& context) {
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  v1::ListWorkspacesResponse all;
  v1::ListWorkspacesRequest request;
  request.set_page_size(1'000);
  do {
    STRATA_ASSIGN_OR_RETURN(const v1::ListWorkspacesResponse page,
                            client->ListWorkspaces(request, context.call_options()));
    all.mutable_workspaces()->MergeFrom(page.workspaces());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  const int limit = context.flags().limit;
  while (limit > 0 && all.workspaces_size() > limit) all.mutable_workspaces()->RemoveLast();
  return all;
}

absl::Status ListWorkspaces(Context& context) {
  STRATA_ASSIGN_OR_RETURN(const v1::ListWorkspacesResponse list, ListAll(context));
  if (context.flags().output == OutputForm::kJson) return context.PrintJson(list);
  if (context.flags().output == OutputForm::kCsv) {
    std::vector<const v1::Workspace*> workspaces;
    for (const v1::Workspace& workspace : list.workspaces()) workspaces.push_back(&workspace);
    WriteCsv(context.out(), workspaces);
    return absl::OkStatus();
  }
  if (list.workspaces_size() == 0) {
    context.out() << "no workspace yet: make one with `strata workspace create NAME`\n";
    return absl::OkStatus();
  }
  TextTable table({{"workspace"},
                   {"name"},
                   {"currency"},
                   {"time zone"},
                   {"customers", Align::kRight},
                   {"orders", Align::kRight},
                   {"first event"},
                   {"last event"},
                   {"revision", Align::kRight}});
  std::vector<std::string> problems;
  for (const v1::Workspace& w : list.workspaces()) {
    if (!w.problem().empty()) {
      table.AddRow({Printable(w.workspace()), "cannot be served, see below"});
      problems.push_back(Printable(w.problem()));
      continue;
    }
    table.AddRow({Printable(w.workspace()), Printable(w.display_name()), w.currency_code(),
                  w.time_zone(), FormatInteger(w.customers()), FormatInteger(w.orders()),
                  w.first_event_date(), w.last_event_date(), FormatInteger(w.revision())});
  }
  table.Print(context.terminal());
  for (const std::string& problem : problems) context.out() << '\n' << problem << '\n';
  return absl::OkStatus();
}

}  // namespace

void RegisterWorkspace(CLI::App& app, Context& context) {
  CLI::App* noun = AddNoun(app, "workspace", "Workspaces: a company's records and definitions");
  auto name = std::make_shared<std::string>();
  auto settings = std::make_shared<WorkspaceSettings>();
  CLI::App* create = AddCommand(
      *noun, "create", "Make a workspace",
      "strata workspace create sales --currency EUR --time-zone Europe/Berlin",
      [&context, name, settings] {
        context.set_makes_folder();
        return CreateWorkspace(context, *name, *settings);
      },
      context);
  create->add_option("name", *name, "Lower-case letters, digits and '-'")->required();
  settings->AddTo(*create);

  AddCommand(
      *noun, "list", "All workspaces", "strata workspace list -o csv",
      [&context] { return ListWorkspaces(context); }, context);

  CLI::App* show = AddCommand(
      *noun, "show", "Settings and size of a workspace", "strata workspace show sales",
      [&context, name] { return ShowWorkspace(context, *name); }, context);
  show->add_option("name", *name, "The workspace [-w]");

  auto changes = std::make_shared<WorkspaceSettings>();
  CLI::App* update = AddCommand(
      *noun, "update", "Change settings",
      "strata workspace update sales --age-method year-difference --inactivity-days 90",
      [&context, name, changes] { return UpdateWorkspace(context, *name, *changes); }, context);
  update->add_option("name", *name, "The workspace [-w]");
  changes->AddTo(*update);

  auto force = std::make_shared<bool>(false);
  CLI::App* remove = AddCommand(
      *noun, "delete", "Delete a workspace with all its records; there is no undo",
      "strata workspace delete sales --force",
      [&context, name, force] { return DeleteWorkspace(context, *name, *force); }, context);
  remove->add_option("name", *name, "The workspace")->required();
  remove->add_flag("--force", *force, "Also when it holds records");
}

}  // namespace strata::cli
