#include "client/cli/import/csv/csv_source.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/csv/xlsx_source.h"

namespace strata::imports {
namespace {

constexpr size_t kPiece = 1 << 16;
constexpr absl::string_view kGzip("\x1F\x8B", 2);
constexpr absl::string_view kZip("PK\x03\x04", 4);

struct Signature {
  absl::string_view bytes;
  absl::string_view what;
};
// First bytes of what people name .csv, or try to import.
const Signature kSignatures[] = {
    {absl::string_view("\xD0\xCF\x11\xE0", 4),
     "is an old Excel workbook (.xls), or one with a password; save it as .xlsx or as \"CSV "
     "UTF-8\" without one"},
    {"PAR1",
     "is a Parquet file; write it as CSV first (duckdb -csv -c \"FROM 'FILE'\", or pandas)"},
    {absl::string_view("SQLite format 3\0", 16),
     "is an SQLite database; write a table as CSV first: sqlite3 -csv -header FILE 'SELECT ...'"},
    {"BZh", "is packed with bzip2; unpack it first: bzip2 -d FILE"},
    {absl::string_view("\xFD"
                       "7zXZ\0",
                       6),
     "is packed with xz; unpack it first: xz -d FILE"},
    {absl::string_view("\x28\xB5\x2F\xFD", 4),
     "is packed with zstd; unpack it first: zstd -d FILE"},
    {absl::string_view("7z\xBC\xAF", 4), "is a 7-Zip archive; unpack it first"},
    {"Rar!", "is a RAR archive; unpack it first"},
    {"%PDF", "is a PDF document; export the data as CSV where they come from"},
    {"{\\rtf", "is an RTF document; save it as plain text (CSV)"},
    {"version https://git-lfs", "is only a Git LFS pointer to the file; fetch it: git lfs pull"},
};

class StreamSource : public ByteSource {
 public:
  explicit StreamSource(std::istream& in) : in_(in) {}
  explicit StreamSource(std::unique_ptr<std::istream> in) : owned_(std::move(in)), in_(*owned_) {}

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
    in_.read(bytes, static_cast<std::streamsize>(size));
    if (in_.bad()) return absl::DataLossError("cannot be read");
    bytes_read_ += in_.gcount();
    return static_cast<size_t>(in_.gcount());
  }
  int64_t bytes_read() const override { return bytes_read_; }

 private:
  const std::unique_ptr<std::istream> owned_;
  std::istream& in_;
  int64_t bytes_read_ = 0;
};

// A source whose first bytes were looked at.
class PeekedSource : public ByteSource {
 public:
  PeekedSource(std::string first, std::unique_ptr<ByteSource> rest)
      : first_(std::move(first)), rest_(std::move(rest)) {}

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
    if (at_ == first_.size()) return rest_->Read(bytes, size);
    const size_t count = std::min(size, first_.size() - at_);
    std::memcpy(bytes, first_.data() + at_, count);
    at_ += count;
    return count;
  }
  int64_t bytes_read() const override { return rest_->bytes_read(); }

 private:
  const std::string first_;
  size_t at_ = 0;
  const std::unique_ptr<ByteSource> rest_;
};

class GzipSource : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> packed) : packed_(std::move(packed)) {
    // 15: the largest window; 16: a gzip header and checksum.
    ok_ = inflateInit2(&stream_, 15 + 16) == Z_OK;
  }
  ~GzipSource() override { inflateEnd(&stream_); }

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
    if (!ok_) return absl::DataLossError("no memory to unpack the gzip file");
    stream_.next_out = reinterpret_cast<Bytef*>(bytes);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out == size) {
      if (stream_.avail_in == 0) {
        STRATA_ASSIGN_OR_RETURN(const size_t more, packed_->Read(input_, sizeof(input_)));
        if (more == 0) {
          if (between_members_) return size_t{0};
          return absl::DataLossError("is a gzip file that ends too early; fetch it again");
        }
        stream_.next_in = reinterpret_cast<Bytef*>(input_);
        stream_.avail_in = static_cast<uInt>(more);
      }
      if (between_members_) {
        // Some tools fill the last block with zeros.
        while (stream_.avail_in > 0 && *stream_.next_in == 0) ++stream_.next_in, --stream_.avail_in;
        if (stream_.avail_in == 0) continue;
        inflateReset(&stream_);
        between_members_ = false;
      }
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        between_members_ = true;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return absl::DataLossError(
            absl::StrCat("is a damaged gzip file",
                         stream_.msg == nullptr ? "" : absl::StrCat(" (", stream_.msg, ")"),
                         "; fetch it again"));
      }
    }
    return size - stream_.avail_out;
  }
  int64_t bytes_read() const override { return packed_->bytes_read(); }

 private:
  const std::unique_ptr<ByteSource> packed_;
  z_stream stream_ = {};
  bool ok_ = false;
  bool between_members_ = false;
  char input_[kPiece];
};

// Reads up to a piece from the front; less only at the end.
absl::StatusOr<std::string> Peek(ByteSource& source) {
  std::string first(kPiece, '\0');
  size_t size = 0;
  while (size < first.size()) {
    STRATA_ASSIGN_OR_RETURN(const size_t more,
                            source.Read(first.data() + size, first.size() - size));
    if (more == 0) break;
    size += more;
  }
  first.resize(size);
  return first;
}

absl::StatusOr<std::string> ReadToEnd(std::string first, ByteSource& source) {
  std::string piece(kPiece, '\0');
  while (true) {
    STRATA_ASSIGN_OR_RETURN(const size_t more, source.Read(piece.data(), piece.size()));
    if (more == 0) return first;
    first.append(piece, 0, more);
  }
}

}  // namespace

std::string ForeignFormat(absl::string_view first_bytes) {
  for (const Signature& signature : kSignatures) {
    if (absl::StartsWith(first_bytes, signature.bytes)) return std::string(signature.what);
  }
  if (first_bytes.size() > 262 && first_bytes.substr(257, 5) == "ustar") {
    return "is a tar archive; unpack it first: tar -xf FILE";
  }
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(first_bytes);
  if (absl::StartsWithIgnoreCase(text, "<!doctype html") ||
      absl::StartsWithIgnoreCase(text, "<html")) {
    return "is a web page; fetch the file itself (the \"raw\" or \"download\" link)";
  }
  if (absl::StartsWith(text, "<?xml")) return "is an XML document; export the data as CSV";
  if (absl::StartsWith(text, "{\"") || absl::StartsWith(text, "[{") ||
      absl::StartsWith(text, "{\n")) {
    return "looks like JSON; --jsonl FILE reads records as JSON lines, other JSON has to become "
           "CSV first";
  }
  return "";
}

std::unique_ptr<ByteSource> MakeStreamSource(std::istream& in) {
  return absl::make_unique<StreamSource>(in);
}

std::unique_ptr<ByteSource> MakeGzipSource(std::unique_ptr<ByteSource> packed) {
  return absl::make_unique<GzipSource>(std::move(packed));
}

absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(const std::string& path,
                                                           const std::string& sheet) {
  std::unique_ptr<ByteSource> source;
  if (path == "-") {
    source = MakeStreamSource(std::cin);
  } else {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
      return absl::InvalidArgumentError("is a folder; name the files in it");
    }
    auto file = absl::make_unique<std::ifstream>(path, std::ios::binary);
    if (!*file) {
      return absl::NotFoundError(std::filesystem::exists(path, error)
                                     ? "cannot be read; may you read it?"
                                     : "no such file");
    }
    source = absl::make_unique<StreamSource>(std::move(file));
  }
  STRATA_ASSIGN_OR_RETURN(std::string first, Peek(*source));
  if (absl::StartsWith(first, kZip)) {
    if (path != "-") return OpenWorkbook(path, sheet);
    STRATA_ASSIGN_OR_RETURN(std::string bytes, ReadToEnd(std::move(first), *source));
    return OpenWorkbookBytes(std::move(bytes), sheet);
  }
  if (!sheet.empty()) {
    return absl::InvalidArgumentError("is no Excel workbook (.xlsx), so --sheet means nothing");
  }
  if (absl::StartsWith(first, kGzip)) {
    source = MakeGzipSource(absl::make_unique<PeekedSource>(std::move(first), std::move(source)));
    STRATA_ASSIGN_OR_RETURN(first, Peek(*source));
    if (absl::StartsWith(first, kZip)) {
      return absl::InvalidArgumentError("is a workbook or zip archive in gzip; unpack it first");
    }
  }
  if (std::string foreign = ForeignFormat(first); !foreign.empty()) {
    return absl::InvalidArgumentError(foreign);
  }
  return absl::make_unique<PeekedSource>(std::move(first), std::move(source));
}

}  // namespace strata::imports
