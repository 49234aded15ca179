#ifndef STRATA_CLIENT_CLI_CSV_READER_H_
#define STRATA_CLIENT_CLI_CSV_READER_H_

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/csv_encoding.h"

namespace strata::cli {

struct CsvOptions {
  // 0: whichever of , ; tab | splits the first rows into the same number of fields. A first line
  // "sep=;" as spreadsheets write it decides too.
  char delimiter = 0;
  std::string encoding;  // as for TextDecoder::Create
};

// What is wrong with one row of a file.
struct CsvProblem {
  std::string field;    // the column's name; empty: the row as a whole
  std::string reason;   // stable: COLUMN_COUNT, BROKEN_QUOTE, INVALID_ENCODING
  std::string message;  // for people
};

struct CsvCell {
  std::string text;
  bool quoted = false;
};

struct CsvRow {
  int64_t line = 0;  // of its first character; the header's first line is 1
  // As many as the header has columns, also in a bad row: what is missing is empty, what is too
  // much is left out, undecodable bytes are U+FFFD.
  std::vector<CsvCell> fields;
  std::optional<CsvProblem> problem;
};

// Reads CSV as RFC 4180 has it (quotes doubled inside quotes, line ends and delimiters inside
// quotes), and what programs write instead of it: any delimiter, LF, CRLF or CR, empty lines,
// quotes inside an unquoted field. Memory stays bounded: a row that is longer than 16 MiB is a
// quote that was not closed.
//
// After a broken quote reading goes on at the next line, so that one bad row does not swallow
// others.
class CsvReader {
 public:
  // Reads the header. `in` must outlive the reader. INVALID_ARGUMENT for an unknown encoding,
  // DATA_LOSS for a file without a header.
  static absl::StatusOr<std::unique_ptr<CsvReader>> Create(std::istream& in, CsvOptions options);

  // Unique without case; "column_3" where the header is empty, "name_2" for a repeated one.
  const std::vector<std::string>& header() const { return header_; }
  char delimiter() const { return delimiter_; }
  const std::string& encoding() const { return decoder_->encoding(); }
  int64_t bytes_read() const { return bytes_read_; }

  // False at the end of the file; DATA_LOSS when it cannot be read.
  absl::StatusOr<bool> Next(CsvRow* row);

 private:
  enum class Parse : uint8_t { kRow, kNeedMore, kBadQuote };

  CsvReader(std::istream& in, CsvOptions options) : in_(in), options_(std::move(options)) {}
  absl::Status Fill();
  absl::Status ReadHeader();
  Parse ParseRow(CsvRow* row);
  void ParseLineLoosely(CsvRow* row);
  size_t EndOfLine(size_t at) const;
  void Consume(size_t end);
  void CheckRow(CsvRow* row) const;

  std::istream& in_;
  const CsvOptions options_;
  std::unique_ptr<TextDecoder> decoder_;
  std::vector<std::string> header_;
  std::string buffer_;  // decoded text; the next row starts at position_
  size_t position_ = 0;
  size_t row_end_ = 0;  // where the row that ParseRow found ends
  int64_t line_ = 1;
  int64_t bytes_read_ = 0;
  bool end_of_file_ = false;
  char delimiter_ = ',';
};

// The delimiter that `sample`, the start of a file, is written with: see CsvOptions::delimiter.
char DetectDelimiter(absl::string_view sample);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_CSV_READER_H_
