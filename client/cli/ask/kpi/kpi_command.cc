// The noun `kpi`: its catalogues stand here, what it computes in kpi_query_command.cc,
// kpi_summary_command.cc and kpi_explain_command.cc.
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/cli/ask/kpi/kpi_verbs.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/text_table.h"
#include "client/cli/program/command.h"
#include "strata/v1/kpi_service.pb.h"

namespace strata::cli {
namespace {

std::string Word(absl::string_view name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}
std::string Type(v1::ValueType type) { return Word(v1::ValueType_Name(type), "VALUE_TYPE_"); }
std::string GrainName(v1::Grain grain) { return Word(v1::Grain_Name(grain), "GRAIN_"); }

absl::Status ListKpis(Context& context) {
  STRATA_ASSIGN_OR_RETURN(const std::string workspace, context.Workspace());
  STRATA_ASSIGN_OR_RETURN(const v1::ListKpisResponse list, FetchKpis(context, workspace));
  if (context.flags().output == OutputForm::kJson) return context.PrintJson(list);
  if (context.flags().output == OutputForm::kCsv) {
    WriteCsvRow(context.out(), {"kpi", "name", "family", "unit", "type", "additive", "grain",
                                "version", "higher_is_better", "formula", "notes", "fields"});
    for (const v1::Kpi& kpi : list.kpis()) {
      const bool additive = kpi.additivity() == v1::ADDITIVITY_ADDITIVE;
      WriteCsvRow(context.out(), {kpi.id(), kpi.name(), kpi.family(), kpi.unit(), Type(kpi.type()),
                                  additive ? "true" : "false", GrainName(kpi.grain()),
                                  kpi.version(), kpi.higher_is_better() ? "true" : "false",
                                  kpi.formula(), kpi.notes(), absl::StrJoin(kpi.fields(), ";")});
    }
    return absl::OkStatus();
  }
  std::vector<std::string> families;
  std::map<std::string, TextTable> tables;
  for (const v1::Kpi& kpi : list.kpis()) {
    const auto [table, is_new] = tables.try_emplace(
        kpi.family(), std::vector<TextTable::Column>{
                          {"kpi"}, {"unit"}, {"formula", Align::kLeft, TextTable::Fit::kWrap}});
    if (is_new) families.push_back(kpi.family());
    table->second.AddRow({Printable(kpi.id()), Printable(kpi.unit()), Printable(kpi.formula())});
  }
  for (const std::string& family : families) {
    if (family != families.front()) context.out() << '\n';
    context.out() << Bold(context.terminal(), Printable(family)) << "\n\n";
    tables.at(family).Print(context.terminal());
  }
  return absl::OkStatus();
}

absl::Status ListFields(Context& context) {
  v1::ListFieldsRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_workspace(), context.Workspace());
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  v1::ListFieldsResponse list;
  do {
    STRATA_ASSIGN_OR_RETURN(const v1::ListFieldsResponse page,
                            client->ListFields(request, context.call_options()));
    list.mutable_fields()->MergeFrom(page.fields());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (context.flags().output == OutputForm::kJson) return context.PrintJson(list);
  if (context.flags().output == OutputForm::kCsv) {
    WriteCsvRow(context.out(),
                {"field", "type", "unit", "grain", "groupable", "current_value", "meaning"});
    for (const v1::Field& field : list.fields()) {
      WriteCsvRow(context.out(), {field.id(), Type(field.type()), field.unit(),
                                  GrainName(field.grain()), field.groupable() ? "true" : "false",
                                  field.current_value() ? "true" : "false", field.meaning()});
    }
    return absl::OkStatus();
  }
  TextTable table({{"field"},
                   {"type"},
                   {"grain"},
                   {"groups"},
                   {"meaning", Align::kLeft, TextTable::Fit::kWrap}});
  for (const v1::Field& field : list.fields()) {
    table.AddRow({Printable(field.id()), Type(field.type()), GrainName(field.grain()),
                  field.groupable() ? "yes" : "no", Printable(field.meaning())});
  }
  table.Print(context.terminal());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ListKpisResponse> FetchKpis(Context& context, const std::string& workspace) {
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  v1::ListKpisRequest request;
  request.set_workspace(workspace);
  v1::ListKpisResponse list;
  do {
    STRATA_ASSIGN_OR_RETURN(const v1::ListKpisResponse page,
                            client->ListKpis(request, context.call_options()));
    list.mutable_kpis()->MergeFrom(page.kpis());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return list;
}

void RegisterKpi(CLI::App& app, Context& context) {
  CLI::App* noun = AddNoun(app, "kpi", "Key figures");
  AddCommand(
      *noun, "list", "Every KPI with its formula", "strata kpi list -o json",
      [&context] { return ListKpis(context); }, context);
  AddCommand(
      *noun, "fields", "Every field that can filter and group", "strata kpi fields",
      [&context] { return ListFields(context); }, context);
  AddKpiQuery(*noun, context);
  AddKpiSummary(*noun, context);
  AddKpiExplain(*noun, context);
}

}  // namespace strata::cli
