#include "client/cli/import/command/import_arguments.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/cli/base/status_macros.h"

namespace strata::cli {

absl::StatusOr<imports::CsvOptions> CsvOptionsOf(const ImportArguments& arguments) {
  imports::CsvOptions options;
  options.encoding = arguments.encoding;
  options.sheet = arguments.sheet;
  options.skip = arguments.skip;
  options.footer = arguments.footer;
  options.ignore_extra = arguments.ignore_extra;
  options.refuse_short = arguments.strict;
  options.keep_blanks = arguments.keep_blanks;
  options.normalise = arguments.normalise;
  const std::string& delimiter = arguments.delimiter;
  if (delimiter == "tab" || delimiter == "\\t") {
    options.delimiter = '\t';
  } else if (delimiter.size() == 1 && delimiter != "\"" && delimiter != "\n") {
    options.delimiter = delimiter.front();
  } else if (!delimiter.empty()) {
    return absl::InvalidArgumentError("--delimiter takes one character, or the word tab");
  }
  if (arguments.with_header && (arguments.no_header || !arguments.columns.empty())) {
    return absl::InvalidArgumentError(
        "--header says that the first line names the columns; --no-header and --columns say that "
        "it does not");
  }
  if (arguments.normalise && arguments.keep_blanks) {
    return absl::InvalidArgumentError("--normalise takes blanks off, --keep-blanks keeps them");
  }
  if (arguments.with_header) options.header = true;
  if (arguments.no_header || !arguments.columns.empty()) options.header = false;
  for (const absl::string_view name : absl::StrSplit(arguments.columns, ',', absl::SkipEmpty())) {
    options.columns.emplace_back(absl::StripAsciiWhitespace(name));
  }
  for (const std::string& markers : arguments.null_markers) {
    for (const absl::string_view marker : absl::StrSplit(markers, ',', absl::SkipEmpty())) {
      options.null_markers.emplace_back(absl::StripAsciiWhitespace(marker));
    }
  }
  return options;
}

absl::StatusOr<imports::ProposalOptions> ProposalOptionsOf(const ImportArguments& arguments) {
  imports::ProposalOptions options;
  if (!arguments.date_order.empty()) options.day_first = arguments.date_order == "dmy";
  if (!arguments.decimal_mark.empty()) options.decimal_mark = arguments.decimal_mark.front();
  for (const std::string& argument : arguments.column) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(argument, absl::MaxSplits('=', 1));
    std::vector<std::string> names;
    bool known = false;
    for (const imports::Role role : imports::AllRoles()) {
      names.emplace_back(imports::NameOfRole(role));
      if (names.back() != parts.first) continue;
      options.columns[role] = parts.second;
      known = true;
    }
    if (known && absl::StrContains(argument, '=')) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--column takes FIELD=NAME, FIELD being one of ", absl::StrJoin(names, ", ")));
  }
  return options;
}

absl::StatusOr<imports::TablesAndPaths> FilesToPropose(const ImportArguments& arguments,
                                                       const imports::CsvOptions& options) {
  imports::TablesAndPaths files;
  std::map<std::vector<std::string>, std::string> table_by_columns;
  for (const std::string& path : arguments.paths) {
    std::string table = TableNameOf(path);
    if (path == "-" && arguments.paths.size() > 1) {
      return absl::InvalidArgumentError("standard input (-) cannot be read together with files");
    }
    if (arguments.paths.size() > 1) {
      absl::StatusOr<std::unique_ptr<imports::ByteSource>> source =
          imports::OpenByteSource(path, options.sheet);
      absl::StatusOr<std::unique_ptr<imports::CsvTable>> reader =
          source.ok() ? imports::CsvTable::Open(**source, options) : source.status();
      if (!reader.ok()) {
        return absl::Status(reader.status().code(),
                            absl::StrCat(path, ": ", reader.status().message()));
      }
      std::vector<std::string> columns;
      for (const std::string& name : (*reader)->header()) {
        columns.push_back(absl::AsciiStrToLower(name));
      }
      std::sort(columns.begin(), columns.end());
      table = table_by_columns.try_emplace(columns, table).first->second;
    }
    files.emplace_back(table, path);
  }
  return files;
}

std::string TableNameOf(const std::string& path) {
  if (path == "-") return "stdin";
  std::filesystem::path file = std::filesystem::path(path).filename();
  if (absl::EqualsIgnoreCase(file.extension().string(), ".gz")) file = file.stem();
  return file.stem().string();
}

absl::StatusOr<imports::TablesAndPaths> CsvFilesOf(const ImportArguments& arguments) {
  if (arguments.csv.empty()) {
    return absl::InvalidArgumentError("--sql needs files to read: --csv NAME=PATH");
  }
  imports::TablesAndPaths files;
  for (const std::string& argument : arguments.csv) {
    const size_t equals = argument.find('=');
    const bool named = equals != std::string::npos && equals > 0;
    const std::string path = named ? argument.substr(equals + 1) : argument;
    files.emplace_back(named ? argument.substr(0, equals) : TableNameOf(path), path);
  }
  if (std::count_if(files.begin(), files.end(),
                    [](const auto& file) { return file.second == "-"; }) > 1) {
    return absl::InvalidArgumentError("standard input (-) can be read only once");
  }
  return files;
}

}  // namespace strata::cli
