#ifndef STRATA_CLIENT_CLI_IMPORT_CSV_CSV_ENCODING_H_
#define STRATA_CLIENT_CLI_IMPORT_CSV_CSV_ENCODING_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace strata::imports {

// Stands in decoded text for a byte that the encoding does not know. It never occurs in UTF-8, so
// the reader of the text can tell which field of which row is bad.
inline constexpr char kBadByte = '\xFF';

// Turns the bytes of a file into UTF-8, piece by piece.
class TextDecoder {
 public:
  // `encoding` is a name that iconv(3) knows ("CP437", "ISO-8859-1"), without case. Empty: UTF-8 or
  // UTF-16, as the byte order mark or else the pattern of zero bytes in `first_bytes` says.
  // INVALID_ARGUMENT when this machine does not know the name.
  static absl::StatusOr<std::unique_ptr<TextDecoder>> Create(absl::string_view encoding,
                                                             absl::string_view first_bytes);
  virtual ~TextDecoder() = default;

  // Appends the text of `bytes` to `text`, kBadByte for each byte that is none. A character cut off
  // at the end of `bytes` waits for the next call; `last` says that there is none. A byte order
  // mark at the start of the file is left out.
  virtual void Decode(absl::string_view bytes, bool last, std::string* text) = 0;

  // The encoding in use, for messages.
  const std::string& encoding() const { return encoding_; }

  // The encoding that the bytes which were no text so far are most likely of: "WINDOWS-1252"; empty
  // when there were none, or nothing fits.
  virtual std::string Suggestion() const { return ""; }

 protected:
  explicit TextDecoder(std::string encoding) : encoding_(std::move(encoding)) {}

 private:
  std::string encoding_;
};

// What the bytes of a text that is no UTF-8 are, by how often each occurs among those from 0x80 up,
// how many of the pairs of neighbours are such letters both, and a sample of the text.
class ForeignBytes {
 public:
  void Add(char byte, bool behind_another);
  // Bytes of the file as they come, those of Add among them. Some of the first are kept.
  void Sample(absl::string_view bytes);

  // The name of an encoding that iconv(3) knows: for Latin letters "WINDOWS-1252" (Western Europe)
  // or "CP437" (DOS), for others what uchardet takes the sample for ("SHIFT_JIS", "KOI8-R"); empty:
  // not known.
  std::string LikelyEncoding() const;

 private:
  int64_t Count(int first, int last) const;

  std::array<int64_t, 256> counts_ = {};
  int64_t all_ = 0, pairs_ = 0;
  std::string sample_;
  std::string script_;  // what uchardet takes the sample for
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_CSV_CSV_ENCODING_H_
