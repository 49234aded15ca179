#include "server/ingest/text_rules.h"

#include <cstdint>

namespace strata::ingest {

TextFault CheckText(absl::string_view text) {
  bool plain = true;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    plain &= byte >= 0x20 && byte < 0x7F;
  }
  if (plain) return TextFault::kNone;

  TextFault fault = TextFault::kNone;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    if (character.code == Character::kInvalid) return TextFault::kInvalidUtf8;
    if (character.code < 0x20 || (character.code >= 0x7F && character.code <= 0x9F)) {
      fault = TextFault::kControlCharacter;
    }
    text.remove_prefix(character.bytes);
  }
  return fault;
}

bool IsAttributeKey(absl::string_view key) {
  if (key.empty() || key.size() > 63 || key[0] < 'a' || key[0] > 'z') return false;
  for (const char c : key) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

}  // namespace strata::ingest
