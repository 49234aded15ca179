#include "server/ingest/text_rules.h"

#include <cstdint>

namespace strata::ingest {
namespace {

// Decodes the character at the front of `text`. Returns its length, 0 when it is not UTF-8.
size_t Decode(absl::string_view text, uint32_t& character) {
  const auto byte = [&text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) {
    character = first;
    return 1;
  }
  // 0x80-0xC1 continue a character or start an overlong one; above 0xF4 lies beyond U+10FFFF.
  if (first < 0xC2 || first > 0xF4) return 0;
  const size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  character = first & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    character = character << 6 | (byte(i) & 0x3F);
  }
  constexpr uint32_t kLowest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (character < kLowest[length] || character > 0x10FFFF) return 0;
  if (character >= 0xD800 && character <= 0xDFFF) return 0;
  return length;
}

}  // namespace

TextFault CheckText(absl::string_view text) {
  bool plain = true;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    plain &= byte >= 0x20 && byte < 0x7F;
  }
  if (plain) return TextFault::kNone;

  TextFault fault = TextFault::kNone;
  while (!text.empty()) {
    uint32_t character;
    const size_t length = Decode(text, character);
    if (length == 0) return TextFault::kInvalidUtf8;
    if (character < 0x20 || (character >= 0x7F && character <= 0x9F)) {
      fault = TextFault::kControlCharacter;
    }
    text.remove_prefix(length);
  }
  return fault;
}

std::string CutToValidUtf8(absl::string_view text, size_t bytes) {
  size_t end = 0;
  while (end < text.size()) {
    uint32_t character;
    const size_t length = Decode(text.substr(end), character);
    if (length == 0 || end + length > bytes) break;
    end += length;
  }
  return std::string(text.substr(0, end));
}

bool IsAttributeKey(absl::string_view key) {
  if (key.empty() || key.size() > 63 || key[0] < 'a' || key[0] > 'z') return false;
  for (const char c : key) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

}  // namespace strata::ingest
