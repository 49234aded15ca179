#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cli/ask/workspace/setting_fields.h"
#include "client/cli/ask/workspace/workspace_settings.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/time_format.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/command.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::cli {
namespace {

// Every setting and figure of a workspace: name of the column and plain text.
std::vector<std::pair<std::string, std::string>> Plain(const v1::Workspace& w) {
  std::vector<std::pair<std::string, std::string>> all = {{"workspace", w.workspace()}};
  for (const SettingField& setting : SettingFields()) {
    all.emplace_back(setting.column(), setting.Plain(w));
  }
  all.insert(all.end(), {{"revision", absl::StrCat(w.revision())},
                         {"customers", absl::StrCat(w.customers())},
                         {"orders", absl::StrCat(w.orders())},
                         {"first_event_date", w.first_event_date()},
                         {"last_event_date", w.last_event_date()},
                         {"create_time", PlainTime(w.create_time())},
                         {"update_time", PlainTime(w.update_time())},
                         {"problem", w.problem()}});
  return all;
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

void PrintSize(const Terminal& terminal, const v1::Workspace& w) {
  TextTable table({{""}, {"", Align::kLeft, TextTable::Fit::kWrap}});
  table.AddRow({"customers", FormatInteger(w.customers())});
  table.AddRow({"orders", FormatInteger(w.orders())});
  table.AddRow({"events", w.first_event_date().empty()
                              ? "none yet"
                              : absl::StrCat(Printable(w.first_event_date()), " to ",
                                             Printable(w.last_event_date()))});
  table.AddRow({"revision", FormatInteger(w.revision())});
  table.AddRow({"created", FormatTime(w.create_time())});
  table.AddRow({"changed", FormatTime(w.update_time())});
  table.Print(terminal);
}

// One row a setting, by the name that its flag has.
void PrintSettings(const Terminal& terminal, const v1::Workspace& w) {
  TextTable table({{"setting"},
                   {"value", Align::kLeft, TextTable::Fit::kWrap},
                   {"what it is [default]", Align::kLeft, TextTable::Fit::kWrap}});
  for (const SettingField& setting : SettingFields()) {
    std::string name = setting.setting().flag(), help = setting.Help();
    for (std::string& line : setting.Lines(w)) {
      table.AddRow({std::exchange(name, ""), std::move(line), std::exchange(help, "")});
    }
    if (!name.empty()) table.AddRow({name, "", help});
  }
  table.Print(terminal);
}

absl::Status PrintWorkspace(const Context& context, const v1::Workspace& w,
                            const google::protobuf::Message& response) {
  if (context.flags().output == OutputForm::kJson) return context.PrintJson(response);
  if (context.flags().output == OutputForm::kCsv) {
    WriteCsv(context.out(), {&w});
    return absl::OkStatus();
  }
  context.out() << Bold(context.terminal(), Printable(w.workspace()));
  if (!w.display_name().empty()) context.out() << "  " << Printable(w.display_name());
  context.out() << "\n\n";
  PrintSize(context.terminal(), w);
  context.out() << '\n';
  PrintSettings(context.terminal(), w);
  return absl::OkStatus();
}

absl::Status CreateWorkspace(Context& context, const std::string& name,
                             const WorkspaceSettings& settings) {
  v1::CreateWorkspaceRequest request;
  request.mutable_workspace()->set_workspace(name);
  STRATA_RETURN_IF_ERROR(settings.ApplyToNew(*request.mutable_workspace()));
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
  // A mask names whole lists, so the promises that were not given have to be what they are.
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
