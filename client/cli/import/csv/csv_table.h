#ifndef STRATA_CLIENT_CLI_IMPORT_CSV_CSV_TABLE_H_
#define STRATA_CLIENT_CLI_IMPORT_CSV_CSV_TABLE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "client/cli/import/csv/csv_reader.h"

namespace strata::imports {

// How a file is read. The defaults take a file as people have it; what they decide is told
// (CsvTable::notes), and each has an option that decides otherwise.
struct CsvOptions {
  char delimiter = 0;    // 0: found
  std::string encoding;  // as for TextDecoder::Create
  std::string sheet;     // of an Excel workbook; empty: the first that holds anything
  // Lines in front of the header that are dropped. -1: rows in front of the header that hold next
  // to nothing, such as a title, are found and left out.
  int skip = -1;
  // Whether the first row names the columns. Not set: it does, unless it holds what the rows below
  // it hold too (a date, an e-mail address, numbers).
  std::optional<bool> header;
  // Names for the columns of a file without a header; else they are c1, c2 ...
  std::vector<std::string> columns;
  // Rows at the end that are left out. -1: rows that hold next to nothing but a word such as
  // "Total" are found there and left out.
  int footer = -1;
  // Values that stand for nothing: "NULL", "\N". Compared whole, quoted or not.
  std::vector<std::string> null_markers;
  // Fields beyond the header's are dropped whatever they hold. Empty ones always are.
  bool ignore_extra = false;
  // A row with fewer fields than the header is bad. Else what is missing at its end is empty.
  bool refuse_short = false;
  // Blanks around values stay. Else they are taken off, inside quotes too, and blanks alone are
  // nothing.
  bool keep_blanks = false;
  // Unicode: composed form (NFC), no invisible characters, plain blanks; see NormaliseText.
  bool normalise = false;
};

// A file as a table: columns with names, and rows of as many fields. A row whose fields are all
// empty or blank is none.
class CsvTable {
 public:
  // Reads the first rows. `source` must outlive the table. INVALID_ARGUMENT for an unknown encoding
  // and for options that do not fit the file, DATA_LOSS for a file without a header.
  static absl::StatusOr<std::unique_ptr<CsvTable>> Open(ByteSource& source, CsvOptions options);

  // Unique without case. A name that the file gives once stays with its column; "column_3" stands
  // where the header is empty, and of a repeated name all but the first get a number that no other
  // column has.
  const std::vector<std::string>& header() const { return header_; }
  char delimiter() const { return reader_->delimiter(); }
  const std::string& encoding() const { return reader_->decoder().encoding(); }
  int64_t bytes_read() const { return reader_->bytes_read(); }
  // See TextDecoder::Suggestion.
  std::string suggested_encoding() const { return reader_->decoder().Suggestion(); }

  // False at the end of the file; DATA_LOSS when it cannot be read. A row has as many fields as the
  // header, also a bad one: what is missing is empty, what is too much is left out, undecodable
  // bytes are U+FFFD. An empty field that was not quoted, and a NULL marker, are no value: their
  // text is empty and `quoted` false.
  absl::StatusOr<bool> Next(CsvRow* row);

  // What was decided, a sentence each; all of them once Next() was false.
  std::vector<std::string> notes() const;

 private:
  CsvTable(std::unique_ptr<CsvReader> reader, CsvOptions options)
      : reader_(std::move(reader)), options_(std::move(options)) {}
  absl::Status ReadHeader();
  size_t TitleRows() const;
  bool LacksHeader() const;
  void NameColumns(const CsvRow& row);
  absl::StatusOr<bool> NextFilled(CsvRow* row);
  bool LooksLikeFooter(const CsvRow& row) const;
  void FitRow(CsvRow* row);
  void CleanField(size_t column, CsvRow* row);

  const std::unique_ptr<CsvReader> reader_;
  const CsvOptions options_;
  std::vector<std::string> header_;
  absl::flat_hash_set<std::string> null_markers_;
  std::deque<CsvRow> ahead_;  // read to look at, behind the header
  std::deque<CsvRow> held_;   // perhaps the footer
  std::vector<std::string> header_notes_;
  int64_t footer_line_ = 0;
  std::string footer_text_;
  int64_t short_rows_ = 0, first_short_ = 0;
  int64_t cut_rows_ = 0, first_cut_ = 0;
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_CSV_CSV_TABLE_H_
