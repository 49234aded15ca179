#ifndef STRATA_SERVER_INGEST_TEXT_RULES_H_
#define STRATA_SERVER_INGEST_TEXT_RULES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "server/domain/unicode.h"

namespace strata::ingest {

inline constexpr size_t kMaxIdBytes = 128;
inline constexpr size_t kMaxTextBytes = 512;

enum class TextFault { kNone, kControlCharacter, kInvalidUtf8 };

// Whether `text` is UTF-8 [RFC 3629: no overlong forms, no surrogates] without control characters
// (Unicode category Cc: U+0000-001F, U+007F-009F).
TextFault CheckText(absl::string_view text);

// Whether `key` matches [a-z][a-z0-9_]{0,62}.
bool IsAttributeKey(absl::string_view key);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_TEXT_RULES_H_
