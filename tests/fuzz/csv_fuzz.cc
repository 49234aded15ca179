// The CSV reader on arbitrary bytes, as plain text and as a gzip file: every row has as many fields
// as the header, lines only rise, and reading ends.

#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "client/cli/import/csv/csv_table.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  static constexpr const char* kEncodings[] = {"", "UTF-8", "CP437", "UTF-16LE"};
  static constexpr char kDelimiters[] = {0, ',', ';', '\t'};
  strata::imports::CsvOptions options;
  options.encoding = kEncodings[data[0] & 3];
  options.delimiter = kDelimiters[(data[0] >> 2) & 3];
  options.skip = ((data[0] >> 4) & 3) - 1;
  options.footer = ((data[0] >> 6) & 3) - 1;
  if ((data[1] & 3) != 0) options.header = (data[1] & 3) == 1;
  options.ignore_extra = (data[1] & 4) != 0;
  options.refuse_short = (data[1] & 8) != 0;
  options.keep_blanks = (data[1] & 16) != 0;
  options.normalise = (data[1] & 32) != 0;
  if ((data[1] & 64) != 0) options.null_markers = {"NULL", "-"};
  std::istringstream in(std::string(reinterpret_cast<const char*>(data) + 2, size - 2));
  std::unique_ptr<strata::imports::ByteSource> source = strata::imports::MakeStreamSource(in);
  const bool packed = (data[1] & 128) != 0;
  if (packed) source = strata::imports::MakeGzipSource(std::move(source));
  auto reader = strata::imports::CsvTable::Open(*source, options);
  if (!reader.ok()) return 0;
  const size_t columns = (*reader)->header().size();
  strata::imports::CsvRow row;
  int64_t line = 0;
  for (size_t rows = 0;; ++rows) {
    const auto more = (*reader)->Next(&row);
    if (!more.ok() || !*more) break;
    if (row.fields.size() != columns || row.line <= line || (rows > size && !packed)) std::abort();
    line = row.line;
  }
  (void)(*reader)->notes();
  return 0;
}
