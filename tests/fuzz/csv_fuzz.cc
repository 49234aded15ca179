// The CSV reader on arbitrary bytes: every row has as many fields as the header, lines only rise,
// and reading ends.

#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "client/cli/csv_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  static constexpr const char* kEncodings[] = {"", "UTF-8", "CP437", "UTF-16LE"};
  static constexpr char kDelimiters[] = {0, ',', ';', '\t'};
  strata::cli::CsvOptions options;
  options.encoding = kEncodings[data[0] & 3];
  options.delimiter = kDelimiters[(data[0] >> 2) & 3];
  std::istringstream in(std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  auto reader = strata::cli::CsvReader::Create(in, options);
  if (!reader.ok()) return 0;
  const size_t columns = (*reader)->header().size();
  strata::cli::CsvRow row;
  int64_t line = 0;
  for (size_t rows = 0;; ++rows) {
    const auto more = (*reader)->Next(&row);
    if (!more.ok() || !*more) return 0;
    if (row.fields.size() != columns || row.line <= line || rows > size) std::abort();
    line = row.line;
  }
}
