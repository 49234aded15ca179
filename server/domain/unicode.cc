#include "server/domain/unicode.h"

#include <utf8proc.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace strata {
namespace {

constexpr int32_t kNonJoiner = 0x200C, kJoiner = 0x200D;
constexpr int32_t kTextSelector = 0xFE0E, kEmojiSelector = 0xFE0F;

bool IsBetween(int32_t code, int32_t first, int32_t last) { return code >= first && code <= last; }

bool IsPictograph(int32_t code) {
  return utf8proc_get_property(code)->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

// Scripts that are written with joiners: Arabic to Myanmar, Khmer and Mongolian.
bool IsOfJoiningScript(int32_t code) {
  return IsBetween(code, 0x0600, 0x109F) || IsBetween(code, 0x1780, 0x18AF);
}

bool MayJoin(int32_t code, int32_t before, int32_t after) {
  if (IsOfJoiningScript(before) && IsOfJoiningScript(after)) return true;
  const bool emoji = IsPictograph(before) || before == kEmojiSelector ||
                     IsBetween(before, 0x1F3FB, 0x1F3FF);  // tones of skin
  return code == kJoiner && emoji && IsPictograph(after);
}

// Whether a variation selector has a character before it that has variants. Selectors in other
// places carry text that nobody sees.
bool MaySelect(int32_t code, int32_t before) {
  if (code == kTextSelector || code == kEmojiSelector) {
    return IsPictograph(before) || IsBetween(before, '0', '9') || before == '#' || before == '*';
  }
  const bool ideograph =
      utf8proc_category(before) == UTF8PROC_CATEGORY_LO && utf8proc_charwidth(before) == 2;
  if (code >= 0xE0100) return ideograph;
  return ideograph || utf8proc_category(before) == UTF8PROC_CATEGORY_SM;
}

// `before` and `after` are 0 at the ends of the text.
bool IsShown(int32_t code, int32_t before, int32_t after) {
  if (code < 0x7F) return code >= 0x20;
  if (code == kNonJoiner || code == kJoiner) return MayJoin(code, before, after);
  if (IsBetween(code, 0xFE00, 0xFE0F) || IsBetween(code, 0xE0100, 0xE01EF)) {
    return MaySelect(code, before);
  }
  const utf8proc_property_t* const property = utf8proc_get_property(code);
  if (property->ignorable) return false;
  switch (property->category) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    case UTF8PROC_CATEGORY_CF:
      return property->boundclass == UTF8PROC_BOUNDCLASS_PREPEND;  // signs that are seen
    default:
      return true;
  }
}

std::string WrittenOut(int32_t code, char byte) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case Character::kInvalid:
      return absl::StrFormat("\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    default:
      return absl::StrFormat("\\u{%x}", static_cast<unsigned>(code));
  }
}

std::string WrittenOutInJson(int32_t code, char byte) {
  if (code < 0x10000) {
    // Messages hold no other text; a byte that is none stands for itself as Latin-1.
    const auto unit = static_cast<unsigned>(
        code == Character::kInvalid ? static_cast<unsigned char>(byte) : code);
    return absl::StrFormat("\\u%04x", unit);
  }
  const auto rest = static_cast<unsigned>(code - 0x10000);
  return absl::StrFormat("\\u%04x\\u%04x", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
}

// What is not shown, and not one of `kept`, is written as `write` says.
template <typename Write>
std::string Shown(absl::string_view text, absl::string_view kept, Write write) {
  std::string shown;
  shown.reserve(text.size());
  int32_t before = 0;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    const absl::string_view rest = text.substr(character.bytes);
    const int32_t after = rest.empty() ? 0 : std::max(0, FirstCharacter(rest).code);
    const bool stays = character.code >= 0 &&
                       (IsShown(character.code, before, after) ||
                        (character.code < 0x80 && kept.find(text[0]) != absl::string_view::npos));
    if (stays) {
      absl::StrAppend(&shown, text.substr(0, character.bytes));
    } else {
      shown += write(character.code, text[0]);
    }
    before = std::max(0, character.code);
    text = rest;
  }
  return shown;
}

bool IsPlain(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace

Character FirstCharacter(absl::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {first, 1};
  Character character;
  const utf8proc_ssize_t bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &character.code);
  if (bytes <= 0) return {};
  character.bytes = static_cast<size_t>(bytes);
  return character;
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    if (character.code == Character::kInvalid) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

std::string CutToValidUtf8(absl::string_view text, size_t bytes) {
  size_t end = 0;
  while (end < text.size()) {
    const Character character = FirstCharacter(text.substr(end));
    if (character.code == Character::kInvalid || end + character.bytes > bytes) break;
    end += character.bytes;
  }
  return std::string(text.substr(0, end));
}

std::string Printable(absl::string_view text) {
  return IsPlain(text) ? std::string(text) : Shown(text, "", WrittenOut);
}

std::string PrintableLines(absl::string_view text) {
  return IsPlain(text) ? std::string(text) : Shown(text, "\n\t", WrittenOut);
}

std::string PrintableJson(absl::string_view json) { return Shown(json, "\n\t", WrittenOutInJson); }

}  // namespace strata
