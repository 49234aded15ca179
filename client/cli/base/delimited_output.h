#ifndef STRATA_CLIENT_CLI_BASE_DELIMITED_OUTPUT_H_
#define STRATA_CLIENT_CLI_BASE_DELIMITED_OUTPUT_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace strata {

// What a text of somebody's data looks like in a CSV file.
enum class CsvText {
  // Harmless to spreadsheets and terminals: a text that a spreadsheet would take for a formula
  // (CWE-1236: it begins with = + - @, their full-width forms or a tab, and is no plain number)
  // gets an apostrophe in front, and what is not seen is written out as Printable does.
  kDisarmed,
  kExact,
};

// How rows are written to this stream from now on; kDisarmed where nothing was said.
void SetCsvText(std::ostream& out, CsvText text);

// One field of a CSV file by RFC 4180: in quotes where it holds a comma, a quote or a line break,
// with quotes doubled. An empty text is told from nothing nowhere: both are empty.
std::string CsvField(absl::string_view text, CsvText form);

// One record and a line feed (programs on Unix choke on the CRLF that the RFC would have).
void WriteCsvRow(std::ostream& out, const std::vector<std::string>& fields);

}  // namespace strata

#endif  // STRATA_CLIENT_CLI_BASE_DELIMITED_OUTPUT_H_
