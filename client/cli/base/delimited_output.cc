#include "client/cli/base/delimited_output.h"

#include <algorithm>
#include <ostream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/domain/unicode.h"

namespace strata {
namespace {

// Where a stream keeps its CsvText.
int CsvTextIndex() {
  static const int index = std::ios_base::xalloc();
  return index;
}

// "-5", "-0.25", "-1e-05": figures of ours, which are the same to a spreadsheet.
bool IsNegativeNumber(absl::string_view text) {
  double number = 0;
  return absl::StartsWith(text, "-") && text.size() > 1 &&
         (absl::ascii_isdigit(static_cast<unsigned char>(text[1])) || text[1] == '.') &&
         text.find_first_not_of("0123456789.eE+-") == absl::string_view::npos &&
         absl::SimpleAtod(text, &number);
}

bool LooksLikeFormula(absl::string_view text) {
  constexpr absl::string_view kStarts[] = {"=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"};
  return std::any_of(std::begin(kStarts), std::end(kStarts),
                     [text](absl::string_view start) { return absl::StartsWith(text, start); }) &&
         !IsNegativeNumber(text);
}

}  // namespace

void SetCsvText(std::ostream& out, CsvText text) {
  out.iword(CsvTextIndex()) = static_cast<long>(text);
}

std::string CsvField(absl::string_view text, CsvText form) {
  std::string field(text);
  if (form == CsvText::kDisarmed) {
    field = PrintableLines(text);
    if (LooksLikeFormula(field)) field.insert(0, 1, '\'');
  }
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  return absl::StrCat("\"", absl::StrReplaceAll(field, {{"\"", "\"\""}}), "\"");
}

void WriteCsvRow(std::ostream& out, const std::vector<std::string>& fields) {
  const auto form = static_cast<CsvText>(out.iword(CsvTextIndex()));
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out << ',';
    out << CsvField(fields[i], form);
  }
  // A row of one empty field would be a blank line, which readers skip.
  if (fields.size() == 1 && fields[0].empty()) out << "\"\"";
  out << '\n';
}

}  // namespace strata
