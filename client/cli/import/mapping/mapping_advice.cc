#include "client/cli/import/mapping/mapping_advice.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/base/shown_text.h"

namespace strata::imports {
namespace {

std::string ColumnsOf(const StagingDatabase& staging, absl::string_view table) {
  constexpr size_t kTables = 4;
  std::string text;
  size_t shown = 0;
  for (const StagingDatabase::Table& other : staging.tables()) {
    if (!table.empty() && !absl::EqualsIgnoreCase(other.name, table)) continue;
    if (++shown > kTables) break;
    absl::StrAppend(&text, "; ", Shortened(other.first_file), " has: ", ShortList(other.columns));
  }
  return text;
}

std::string Nearest(const std::string& nearest) {
  return nearest.empty() ? "" : absl::StrCat("; did you mean \"", Shortened(nearest), "\"?");
}

}  // namespace

std::string AdviceOn(absl::string_view error, const StagingDatabase& staging) {
  if (absl::ConsumePrefix(&error, "no such table: ")) {
    std::vector<std::string> names;
    for (const StagingDatabase::Table& table : staging.tables()) names.push_back(table.name);
    return absl::StrCat(Nearest(NearestOf(error, names)), "; the tables are ", ShortList(names),
                        " (--csv NAME=PATH names them)");
  }
  if (!absl::ConsumePrefix(&error, "no such column: ")) return "";
  const size_t point = error.find('.');
  absl::string_view table;
  if (point != absl::string_view::npos) {
    // Of an alias the table is not known here.
    for (const StagingDatabase::Table& other : staging.tables()) {
      if (absl::EqualsIgnoreCase(other.name, error.substr(0, point)))
        table = error.substr(0, point);
    }
    error.remove_prefix(point + 1);
  }
  std::vector<std::string> names;
  bool unnamed = false;  // the file has no header, as far as one can see
  for (const StagingDatabase::Table& other : staging.tables()) {
    if (!table.empty() && !absl::EqualsIgnoreCase(other.name, table)) continue;
    names.insert(names.end(), other.columns.begin(), other.columns.end());
    unnamed = unnamed || (!other.columns.empty() && other.columns.front() == "c1");
  }
  const std::string nearest = NearestOf(error, names);
  std::string quoting;
  if (!nearest.empty() &&
      nearest.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != std::string::npos) {
    quoting = "; names with blanks or signs stand in \"double quotes\"";
  }
  return absl::StrCat(
      Nearest(nearest), quoting, ColumnsOf(staging, table),
      unnamed ? "; where the file has no header (--no-header), --columns a,b,... names its columns"
              : "");
}

}  // namespace strata::imports
