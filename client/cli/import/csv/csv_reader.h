#ifndef STRATA_CLIENT_CLI_IMPORT_CSV_CSV_READER_H_
#define STRATA_CLIENT_CLI_IMPORT_CSV_CSV_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/import/csv/csv_encoding.h"
#include "client/cli/import/csv/csv_source.h"

namespace strata::imports {

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
  int64_t line = 0;  // of its first character; the file's first line is 1
  std::vector<CsvCell> fields;
  std::optional<CsvProblem> problem;
};

// Reads the rows of CSV as RFC 4180 has them (quotes doubled inside quotes, line ends and
// delimiters inside quotes), and what programs write instead: any delimiter, LF, CRLF or CR, empty
// lines (which are no rows), quotes inside an unquoted field, blanks around a quoted field. Memory
// stays bounded: a row that is longer than 16 MiB is a quote that was not closed.
//
// After a broken quote reading goes on at the next line, so that one bad row does not swallow
// others. Bytes that are no text stand as kBadByte in the fields.
class CsvReader {
 public:
  // Reads the first piece. `source` must outlive the reader; a `delimiter` of 0 is found, see
  // DetectDelimiter, and so is a first line "sep=;" as spreadsheets write it. INVALID_ARGUMENT for
  // an unknown encoding.
  static absl::StatusOr<std::unique_ptr<CsvReader>> Create(ByteSource& source, char delimiter,
                                                           const std::string& encoding);

  char delimiter() const { return delimiter_; }
  const TextDecoder& decoder() const { return *decoder_; }
  int64_t bytes_read() const { return source_.bytes_read(); }

  // Drops lines at the front, whatever they hold. Before the first Next().
  absl::Status SkipLines(int lines);

  // False at the end of the file; DATA_LOSS when it cannot be read. `row` gets the fields as they
  // stand.
  absl::StatusOr<bool> Next(CsvRow* row);

 private:
  enum class Parse : uint8_t { kRow, kNeedMore, kBadQuote };

  CsvReader(ByteSource& source, std::string encoding)
      : source_(source), encoding_(std::move(encoding)) {}
  absl::Status Fill();
  Parse ParseRow(CsvRow* row);
  Parse ParseQuoted(size_t* at, Parse cut_off, CsvCell* field) const;
  void ParseLineLoosely(CsvRow* row);
  std::string QuoteMessage() const;
  size_t EndOfLine(size_t at) const;
  void Consume(size_t end, bool row);

  ByteSource& source_;
  const std::string encoding_;
  std::unique_ptr<TextDecoder> decoder_;
  std::string buffer_;  // decoded text; the next row starts at position_
  size_t position_ = 0;
  size_t row_end_ = 0;    // where the row that ParseRow found ends
  size_t bad_quote_ = 0;  // where the quote stands that made a row bad
  bool unclosed_ = false;
  int64_t line_ = 1;
  bool end_of_file_ = false;
  char delimiter_ = ',';
};

// The delimiter that `sample`, the start of a file, is written with: whichever of , ; tab | splits
// most of its rows into the same number of fields.
char DetectDelimiter(absl::string_view sample);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_CSV_CSV_READER_H_
