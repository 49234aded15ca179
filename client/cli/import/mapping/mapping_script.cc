#include "client/cli/import/mapping/mapping_script.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/base/status_macros.h"

namespace strata::imports {
namespace {

constexpr std::array<absl::string_view, 6> kNames = {"customer", "order",  "ticket",
                                                     "contract", "survey", "deletion"};

absl::Status AtLine(int line, absl::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", message));
}

// What stands in front of a statement.
struct Prologue {
  size_t length = 0;  // of white space and comments
  std::optional<absl::string_view> record;
};

// The name in a comment "record: NAME".
void TakeRecordName(absl::string_view comment, Prologue* prologue) {
  comment = absl::StripAsciiWhitespace(comment);
  if (!absl::StartsWithIgnoreCase(comment, "record:")) return;
  prologue->record = absl::StripAsciiWhitespace(comment.substr(7));
}

Prologue ReadPrologue(absl::string_view text) {
  Prologue prologue;
  size_t at = 0;
  while (at < text.size()) {
    if (absl::ascii_isspace(static_cast<unsigned char>(text[at])) || text[at] == ';') {
      ++at;
      continue;
    }
    const absl::string_view rest = text.substr(at);
    const bool line_comment = absl::StartsWith(rest, "--");
    if (!line_comment && !absl::StartsWith(rest, "/*")) break;
    const size_t end = rest.find(line_comment ? "\n" : "*/", 2);
    TakeRecordName(rest.substr(2, end == absl::string_view::npos ? end : end - 2), &prologue);
    at = end == absl::string_view::npos ? text.size() : at + end + (line_comment ? 1 : 2);
  }
  prologue.length = at;
  return prologue;
}

int LinesIn(absl::string_view text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

// The length of the first statement of `text`, its semicolon included; all of it when there is
// none. SQLite itself says where a statement is complete, which covers strings, comments and
// triggers.
size_t StatementLength(absl::string_view text, size_t from) {
  for (size_t at = text.find(';', from); at != absl::string_view::npos;
       at = text.find(';', at + 1)) {
    if (sqlite3_complete(std::string(text.substr(0, at + 1)).c_str()) != 0) return at + 1;
  }
  return text.size();
}

absl::StatusOr<std::optional<MappedRecord>> RecordOf(const Prologue& prologue,
                                                     absl::string_view sql, int line) {
  const bool reads = absl::StartsWithIgnoreCase(sql, "select") ||
                     absl::StartsWithIgnoreCase(sql, "with") ||
                     absl::StartsWithIgnoreCase(sql, "values");
  if (!prologue.record) {
    if (!reads) return std::optional<MappedRecord>();
    return AtLine(line,
                  "a comment in front of a SELECT must say what its rows are, for example "
                  "\"-- record: order\"");
  }
  if (!reads) return AtLine(line, "a record comment belongs in front of a SELECT");
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (absl::EqualsIgnoreCase(*prologue.record, kNames[i])) {
      return std::optional<MappedRecord>(static_cast<MappedRecord>(i));
    }
  }
  return AtLine(line, absl::StrCat("unknown record \"", *prologue.record,
                                   "\"; known are customer, order, ticket, contract, survey and "
                                   "deletion"));
}

}  // namespace

absl::string_view NameOf(MappedRecord record) { return kNames[static_cast<size_t>(record)]; }

absl::StatusOr<std::vector<MappingStatement>> ParseMapping(absl::string_view text) {
  std::vector<MappingStatement> statements;
  int line = 1;
  bool any_record = false;
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");
  while (true) {
    const Prologue prologue = ReadPrologue(text);
    if (prologue.length == text.size()) break;
    MappingStatement statement;
    statement.first_line = line;
    statement.line = line + LinesIn(text.substr(0, prologue.length));
    const size_t length = StatementLength(text, prologue.length);
    statement.sql = std::string(text.substr(0, length));
    STRATA_ASSIGN_OR_RETURN(
        statement.record,
        RecordOf(prologue, text.substr(prologue.length, length - prologue.length), statement.line));
    any_record = any_record || statement.record.has_value();
    line += LinesIn(statement.sql);
    text.remove_prefix(length);
    statements.push_back(std::move(statement));
  }
  if (!any_record) {
    return absl::InvalidArgumentError(
        "holds no SELECT with a comment such as \"-- record: order\" in front of it");
  }
  return statements;
}

}  // namespace strata::imports
