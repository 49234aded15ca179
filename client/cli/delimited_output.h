#ifndef STRATA_CLIENT_CLI_DELIMITED_OUTPUT_H_
#define STRATA_CLIENT_CLI_DELIMITED_OUTPUT_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace strata::cli {

// One field of a CSV file by RFC 4180: in quotes where it holds a comma, a quote or a line break,
// with quotes doubled. An empty text is told from nothing nowhere: both are empty.
std::string CsvField(absl::string_view text);

// One record and a line feed (programs on Unix choke on the CRLF that the RFC would have).
void WriteCsvRow(std::ostream& out, const std::vector<std::string>& fields);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_DELIMITED_OUTPUT_H_
