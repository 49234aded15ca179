#include "client/cli/import/values/text_normal.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

namespace strata::imports {
namespace {

bool IsPlain(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F;
  });
}

// Characters without width that no word needs.
bool IsInvisible(utf8proc_int32_t code) {
  return code == 0xAD || code == 0x200B || code == 0x2060 || code == 0xFEFF || code == 0x180E;
}

bool IsBlank(utf8proc_int32_t code) {
  return code == ' ' || code == '\t' || utf8proc_category(code) == UTF8PROC_CATEGORY_ZS;
}

// Blanks and invisible characters as NormaliseText has them; nothing else changes.
std::string PlainBlanks(absl::string_view text) {
  std::string plain;
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  bool blank = false;
  while (left > 0) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(at, left, &code);
    if (size <= 0) return std::string(absl::StripAsciiWhitespace(text));
    if (IsBlank(code)) {
      blank = true;
    } else if (!IsInvisible(code)) {
      if (blank && !plain.empty()) plain.push_back(' ');
      blank = false;
      plain.append(reinterpret_cast<const char*>(at), static_cast<size_t>(size));
    }
    at += size;
    left -= size;
  }
  return std::string(absl::StripAsciiWhitespace(plain));
}

std::string Mapped(const std::string& text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(options | UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return text;
  std::string result(reinterpret_cast<const char*>(mapped), static_cast<size_t>(size));
  std::free(mapped);  // utf8proc's contract
  return result;
}

}  // namespace

std::string NormaliseText(absl::string_view text) {
  if (IsPlain(text)) {
    std::string plain(text);
    absl::RemoveExtraAsciiWhitespace(&plain);
    return plain;
  }
  return Mapped(PlainBlanks(text), 0);
}

std::string LookalikeKey(absl::string_view text) {
  if (IsPlain(text)) {
    std::string plain = absl::AsciiStrToLower(text);
    absl::RemoveExtraAsciiWhitespace(&plain);
    return plain;
  }
  return Mapped(PlainBlanks(text), UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

}  // namespace strata::imports
