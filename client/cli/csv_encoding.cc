#include "client/cli/csv_encoding.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace strata::cli {
namespace {

constexpr absl::string_view kUtf8Mark("\xEF\xBB\xBF", 3);
constexpr absl::string_view kUtf16LeMark("\xFF\xFE", 2);
constexpr absl::string_view kUtf16BeMark("\xFE\xFF", 2);

// The length of the valid UTF-8 character at the start of `bytes`; 0 when the bytes are no
// character, -1 when they could become one with more bytes behind them. (Unicode 15, table 3-7.)
int CharacterLength(absl::string_view bytes) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  const uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  for (int i = 1; i < length; ++i) {
    if (static_cast<size_t>(i) == bytes.size()) return -1;
    uint8_t low = 0x80, high = 0xBF;
    if (i == 1 && first == 0xE0) low = 0xA0;   // shorter forms exist
    if (i == 1 && first == 0xED) high = 0x9F;  // surrogates
    if (i == 1 && first == 0xF0) low = 0x90;
    if (i == 1 && first == 0xF4) high = 0x8F;  // beyond U+10FFFF
    if (at(i) < low || at(i) > high) return 0;
  }
  return length;
}

class Utf8Decoder : public TextDecoder {
 public:
  Utf8Decoder() : TextDecoder("UTF-8") {}

  std::string Suggestion() const override { return foreign_.LikelyEncoding(); }

  void Decode(absl::string_view bytes, bool last, std::string* text) override {
    std::string joined;
    if (!rest_.empty()) {
      joined = absl::StrCat(rest_, bytes);
      rest_.clear();
      bytes = joined;
    }
    if (at_start_ && !last && bytes.size() < kUtf8Mark.size()) {
      rest_ = std::string(bytes);
      return;
    }
    if (at_start_) absl::ConsumePrefix(&bytes, kUtf8Mark);
    at_start_ = false;
    while (!bytes.empty()) {
      size_t plain = 0;  // most text is ASCII: take it in one piece
      while (plain < bytes.size() && static_cast<uint8_t>(bytes[plain]) < 0x80) ++plain;
      text->append(bytes.data(), plain);
      bytes.remove_prefix(plain);
      if (plain > 0) behind_foreign_ = false;
      if (bytes.empty()) return;
      const int length = CharacterLength(bytes);
      if (length < 0 && !last) {
        rest_ = std::string(bytes);
        return;
      }
      if (length > 0) {
        text->append(bytes.data(), length);
        behind_foreign_ = false;
      } else {
        text->push_back(kBadByte);
        foreign_.Add(bytes.front(), behind_foreign_);
        behind_foreign_ = true;
      }
      bytes.remove_prefix(length > 0 ? length : 1);
    }
  }

 private:
  bool at_start_ = true;
  std::string rest_;  // the start of a character
  ForeignBytes foreign_;
  bool behind_foreign_ = false;
};

class IconvDecoder : public TextDecoder {
 public:
  IconvDecoder(std::string encoding, iconv_t handle, size_t unit)
      : TextDecoder(std::move(encoding)), handle_(handle), unit_(unit) {}
  ~IconvDecoder() override { iconv_close(handle_); }

  void Decode(absl::string_view bytes, bool last, std::string* text) override {
    std::string input = absl::StrCat(rest_, bytes);
    rest_.clear();
    char* in = input.data();
    size_t in_left = input.size();
    const size_t text_start = text->size();
    char out[4096];
    while (in_left > 0) {
      char* out_at = out;
      size_t out_left = sizeof(out);
      const size_t result = iconv(handle_, &in, &in_left, &out_at, &out_left);
      const int error = result == static_cast<size_t>(-1) ? errno : 0;
      text->append(out, out_at - out);
      if (error == 0 || error == E2BIG) continue;
      if (error == EINVAL && !last) {  // a character cut off at the end
        rest_.assign(in, in_left);
        break;
      }
      text->push_back(kBadByte);
      const size_t skipped = std::min(unit_, in_left);
      in += skipped;
      in_left -= skipped;
    }
    if (at_start_ && text->size() > text_start) {
      if (absl::StartsWith(absl::string_view(*text).substr(text_start), kUtf8Mark)) {
        text->erase(text_start, kUtf8Mark.size());  // U+FEFF, the mark in any encoding
      }
      at_start_ = false;
    }
  }

 private:
  const iconv_t handle_;
  const size_t unit_;  // bytes to go on by behind a bad one
  bool at_start_ = true;
  std::string rest_;
};

// Text in UTF-16 has a zero byte in nearly every unit that holds ASCII; UTF-8 has none.
std::string DetectEncoding(absl::string_view first_bytes) {
  if (absl::StartsWith(first_bytes, kUtf16LeMark)) return "UTF-16LE";
  if (absl::StartsWith(first_bytes, kUtf16BeMark)) return "UTF-16BE";
  const size_t looked_at = std::min<size_t>(first_bytes.size(), 4096);
  size_t zeros[2] = {0, 0};
  for (size_t i = 0; i < looked_at; ++i) zeros[i % 2] += first_bytes[i] == '\0';
  const size_t many = looked_at / 8 + 1;
  if (zeros[1] >= many && zeros[0] * 4 < zeros[1]) return "UTF-16LE";
  if (zeros[0] >= many && zeros[1] * 4 < zeros[0]) return "UTF-16BE";
  return "UTF-8";
}

}  // namespace

void ForeignBytes::Add(char byte, bool behind_another) {
  ++counts[static_cast<uint8_t>(byte)];
  pairs += behind_another;
}

std::string ForeignBytes::LikelyEncoding() const {
  const auto count = [&](int first, int last) {
    int64_t sum = 0;
    for (int i = first; i <= last; ++i) sum += counts[static_cast<size_t>(i)];
    return sum;
  };
  const int64_t letters = count(0xC0, 0xFF), controls = count(0x80, 0x9F);
  const int64_t all = letters + controls + count(0xA0, 0xBF);
  if (all == 0) return "";
  // Words of the Latin alphabet hold single letters from beyond ASCII; others hold nothing else.
  if (pairs * 2 > all) return letters * 10 > all * 9 ? "WINDOWS-1251" : "";
  const int64_t undefined = count(0x81, 0x81) + count(0x8D, 0x8D) + count(0x8F, 0x90) +
                            count(0x9D, 0x9D);  // in Windows-1252
  const int64_t dos = count(0x81, 0x84) + count(0x86, 0x90) + count(0x94, 0x94) +
                      count(0x99, 0x9A) + count(0xA0, 0xA5);
  const int64_t windows = letters + count(0x80, 0x80) + count(0x85, 0x85) + count(0x91, 0x97) +
                          count(0x99, 0x99) + count(0xA0, 0xBF);
  return undefined > 0 || dos > windows ? "CP437" : "WINDOWS-1252";
}

absl::StatusOr<std::unique_ptr<TextDecoder>> TextDecoder::Create(absl::string_view encoding,
                                                                 absl::string_view first_bytes) {
  std::string name =
      encoding.empty() ? DetectEncoding(first_bytes) : absl::AsciiStrToUpper(encoding);
  if (name == "UTF8" || name == "UTF-8" || name == "ASCII" || name == "US-ASCII") {
    return absl::make_unique<Utf8Decoder>();
  }
  const iconv_t handle = iconv_open("UTF-8", name.c_str());
  if (handle == reinterpret_cast<iconv_t>(-1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("encoding \"", encoding, "\" is not known here; iconv -l lists the names"));
  }
  const size_t unit = absl::StartsWith(name, "UTF-16") || absl::StartsWith(name, "UCS-2")   ? 2
                      : absl::StartsWith(name, "UTF-32") || absl::StartsWith(name, "UCS-4") ? 4
                                                                                            : 1;
  return absl::make_unique<IconvDecoder>(std::move(name), handle, unit);
}

}  // namespace strata::cli
