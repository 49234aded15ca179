#ifndef STRATA_SERVER_DOMAIN_UNICODE_H_
#define STRATA_SERVER_DOMAIN_UNICODE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// Text as characters [The Unicode Standard, by utf8proc]: the one decoder of UTF-8, and the one
// rule of what may be shown.

namespace strata {

// What stands at the front of a text.
struct Character {
  static constexpr int32_t kInvalid = -1;
  int32_t code = kInvalid;  // kInvalid: one byte that is no UTF-8
  size_t bytes = 1;
};

// The first character of `text`, which is not empty [RFC 3629: no overlong forms, no surrogates].
Character FirstCharacter(absl::string_view text);

bool IsUtf8(absl::string_view text);

// The longest prefix of at most `bytes` bytes that is valid UTF-8.
std::string CutToValidUtf8(absl::string_view text, size_t bytes);

// `text` fit to be shown: what would move the cursor, turn the direction of what follows, or be
// there without being seen is written out as \n, \t, \r or \u{202e}, and a byte that is no UTF-8 as
// \xff. That is: controls (escape sequences begin with one), format characters such as those of
// bidirectional text, separators of lines, zero-width and tag characters. Joiners and variation
// selectors stay where writing needs them: in emoji, and between letters of scripts that join.
// Shown text stays as it is when it is made printable once more.
std::string Printable(absl::string_view text);

// Likewise, but lines and tabs stay: for text that has some by design.
std::string PrintableLines(absl::string_view text);

// A JSON text with the same characters as \u202e inside its strings: no value changes.
std::string PrintableJson(absl::string_view json);

}  // namespace strata

#endif  // STRATA_SERVER_DOMAIN_UNICODE_H_
