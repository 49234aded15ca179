#ifndef STRATA_SERVER_INGEST_TEXT_RULES_H_
#define STRATA_SERVER_INGEST_TEXT_RULES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace strata::ingest {

inline constexpr size_t kMaxIdBytes = 128;
inline constexpr size_t kMaxTextBytes = 512;

enum class TextFault { kNone, kControlCharacter, kInvalidUtf8 };

// Whether `text` is UTF-8 [RFC 3629: no overlong forms, no surrogates] without control characters
// (Unicode category Cc: U+0000-001F, U+007F-009F).
TextFault CheckText(absl::string_view text);

// The longest prefix of at most `bytes` bytes that is valid UTF-8.
std::string CutToValidUtf8(absl::string_view text, size_t bytes);

// Whether `key` matches [a-z][a-z0-9_]{0,62}.
bool IsAttributeKey(absl::string_view key);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_TEXT_RULES_H_
