#ifndef STRATA_CLIENT_CLI_IMPORT_CSV_CSV_SOURCE_H_
#define STRATA_CLIENT_CLI_IMPORT_CSV_CSV_SOURCE_H_

#include <cstdint>
#include <istream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace strata::imports {

// The bytes of a table as text, piece by piece.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Writes at most `size` bytes and says how many; 0 is the end. DATA_LOSS with what is wrong.
  virtual absl::StatusOr<size_t> Read(char* bytes, size_t size) = 0;
  // Taken from the file as it lies on the disk: progress against its size.
  virtual int64_t bytes_read() const = 0;
  // The rows of a sheet as CSV of our own making: UTF-8 with commas, and a line break inside a
  // field begins no line, so that line N is row N of the sheet.
  virtual bool is_sheet() const { return false; }
  // What a reader should know of the choice that was made; empty: there was none.
  virtual std::string note() const { return ""; }
};

// The bytes of `in`, which must outlive the source.
std::unique_ptr<ByteSource> MakeStreamSource(std::istream& in);

// The text that the gzip file `packed` holds, one member or several.
std::unique_ptr<ByteSource> MakeGzipSource(std::unique_ptr<ByteSource> packed);

// Opens a file, or standard input for "-", whatever its name is: text, gzip, or a sheet of an Excel
// workbook (.xlsx) as CSV; `sheet` is its name, empty the first one that holds anything. NOT_FOUND;
// INVALID_ARGUMENT for a file of a kind that is not read, with its name and what to do.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(const std::string& path,
                                                           const std::string& sheet);

// What a file that begins with these bytes is and what to do about it, when it is certainly no
// text: "is a Parquet file; ...". Empty: it may be text.
std::string ForeignFormat(absl::string_view first_bytes);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_CSV_CSV_SOURCE_H_
