#include "client/cli/import/command/import_presets.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace strata::cli {
namespace {

struct Mapping {
  absl::string_view name, text;
};
// Made from deploy/imports by import_presets.cmake.
constexpr Mapping kMappings[] = {
#include "strata_import_mappings.inc"
};

ImportPreset InternetSales() {
  ImportPreset preset;
  preset.name = "internet-sales";
  preset.folder_tables = {"DimCustomer", "DimGeography", "DimProduct", "FactTable"};
  preset.workspace.set_display_name("Internet sales");
  preset.workspace.set_age_method(v1::AGE_METHOD_YEAR_DIFFERENCE);
  return preset;
}

ImportPreset SalesSample() {
  ImportPreset preset;
  preset.name = "sales-sample";
  preset.table = "sales";
  preset.workspace.set_display_name("Sales sample");
  return preset;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> ImportPreset::FilesUnder(
    const std::string& path) const {
  if (folder_tables.empty()) return {{table, path}};
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string& name : folder_tables) {
    files.emplace_back(name, absl::StrCat(path, "/", name, ".csv"));
  }
  return files;
}

absl::StatusOr<ImportPreset> FindPreset(absl::string_view name) {
  std::vector<std::string> names;
  for (ImportPreset& preset : std::vector<ImportPreset>{InternetSales(), SalesSample()}) {
    names.push_back(preset.name);
    if (preset.name != name) continue;
    preset.mapping_name = absl::StrCat(preset.name, ".sql");
    preset.workspace.set_currency_code("USD");
    preset.workspace.set_time_zone("UTC");
    for (const Mapping& mapping : kMappings) {
      if (mapping.name == preset.mapping_name) preset.mapping = mapping.text;
    }
    return std::move(preset);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no preset \"", name, "\", but ", absl::StrJoin(names, ", ")));
}

}  // namespace strata::cli
