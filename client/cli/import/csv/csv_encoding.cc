#include "client/cli/import/csv/csv_encoding.h"

#include <iconv.h>
#include <uchardet.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <numeric>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/domain/unicode.h"

namespace strata::imports {
namespace {

constexpr absl::string_view kUtf8Mark("\xEF\xBB\xBF", 3);
constexpr absl::string_view kUtf16LeMark("\xFF\xFE", 2);
constexpr absl::string_view kUtf16BeMark("\xFE\xFF", 2);

// As much of a file as uchardet is shown.
constexpr size_t kMostSampled = 1 << 16;

constexpr size_t kLongestCharacter = 4;  // bytes of UTF-8

class Utf8Decoder : public TextDecoder {
 public:
  Utf8Decoder() : TextDecoder("UTF-8") {}

  std::string Suggestion() const override { return foreign_.LikelyEncoding(); }

  void Decode(absl::string_view bytes, bool last, std::string* text) override {
    Translate(bytes, last, text);
    foreign_.Sample(bytes);
  }

 private:
  void Translate(absl::string_view bytes, bool last, std::string* text) {
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
      const Character character = FirstCharacter(bytes);
      const bool foreign = character.code == Character::kInvalid;
      if (foreign && bytes.size() < kLongestCharacter && !last) {  // maybe with more behind it
        rest_ = std::string(bytes);
        return;
      }
      if (foreign) {
        text->push_back(kBadByte);
        foreign_.Add(bytes.front(), behind_foreign_);
      } else {
        text->append(bytes.data(), character.bytes);
      }
      behind_foreign_ = foreign;
      bytes.remove_prefix(character.bytes);
    }
  }

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

// Empty when uchardet does not know, or iconv does not know its name.
std::string NameByUchardet(absl::string_view text) {
  const std::unique_ptr<struct uchardet, decltype(&uchardet_delete)> detector(uchardet_new(),
                                                                              &uchardet_delete);
  if (uchardet_handle_data(detector.get(), text.data(), text.size()) != 0) return "";
  uchardet_data_end(detector.get());
  const std::string name = uchardet_get_charset(detector.get());
  const iconv_t handle = iconv_open("UTF-8", name.c_str());
  if (handle == reinterpret_cast<iconv_t>(-1)) return "";
  iconv_close(handle);
  return name;
}

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
  ++counts_[static_cast<uint8_t>(byte)];
  ++all_;
  pairs_ += behind_another;
}

void ForeignBytes::Sample(absl::string_view bytes) {
  if (all_ == 0 || sample_.size() >= kMostSampled) return;
  const size_t ascii =
      std::find_if(bytes.begin(), bytes.end(), [](unsigned char c) { return c >= 0x80; }) -
      bytes.begin();
  absl::StrAppend(&sample_, bytes.substr(ascii, kMostSampled - sample_.size()));
  script_ = NameByUchardet(sample_);
}

int64_t ForeignBytes::Count(int first, int last) const {
  return std::accumulate(counts_.begin() + first, counts_.begin() + last + 1, int64_t{0});
}

std::string ForeignBytes::LikelyEncoding() const {
  if (all_ == 0) return "";
  // Words of the Latin alphabet hold single letters from beyond ASCII; others hold nothing else. Of
  // those few letters uchardet makes too much, and it knows no page of DOS for them.
  if (pairs_ * 2 > all_) return script_;
  const int64_t letters = Count(0xC0, 0xFF);
  const int64_t undefined = Count(0x81, 0x81) + Count(0x8D, 0x8D) + Count(0x8F, 0x90) +
                            Count(0x9D, 0x9D);  // in Windows-1252
  const int64_t dos = Count(0x81, 0x84) + Count(0x86, 0x90) + Count(0x94, 0x94) +
                      Count(0x99, 0x9A) + Count(0xA0, 0xA5);
  const int64_t windows = letters + Count(0x80, 0x80) + Count(0x85, 0x85) + Count(0x91, 0x97) +
                          Count(0x99, 0x99) + Count(0xA0, 0xBF);
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

}  // namespace strata::imports
