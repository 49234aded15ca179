#include "server/domain/status_key.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "absl/strings/ascii.h"

namespace strata {
namespace {

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isascii);
}

bool IsSpace(utf8proc_int32_t code) {
  const utf8proc_category_t category = utf8proc_category(code);
  // U+0085 is a control by its category and white space all the same.
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP || (code >= '\t' && code <= '\r') || code == 0x85;
}

// `text` is UTF-8.
absl::string_view Trimmed(absl::string_view text) {
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  size_t begin = text.size(), end = 0;  // of what is no white space
  for (size_t at = 0; at < text.size();) {
    utf8proc_int32_t code = 0;
    const auto length =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    if (length <= 0) return text;
    if (!IsSpace(code)) {
      begin = std::min(begin, at);
      end = at + static_cast<size_t>(length);
    }
    at += static_cast<size_t>(length);
  }
  return begin < end ? text.substr(begin, end - begin) : absl::string_view();
}

}  // namespace

std::string StatusKey(absl::string_view status) {
  if (IsAscii(status)) return absl::AsciiStrToLower(absl::StripAsciiWhitespace(status));
  const absl::string_view text = Trimmed(status);
  constexpr auto kOptions =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, kOptions);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&free)> owned(mapped, &free);
  if (length < 0) return std::string(status);
  return std::string(reinterpret_cast<const char*>(mapped), static_cast<size_t>(length));
}

std::vector<std::string> StatusKeys(const std::vector<std::string>& statuses) {
  std::vector<std::string> keys;
  for (const std::string& status : statuses) {
    std::string key = StatusKey(status);
    if (!key.empty()) keys.push_back(std::move(key));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

bool HasStatus(const std::vector<std::string>& keys, absl::string_view status) {
  return std::binary_search(keys.begin(), keys.end(), StatusKey(status));
}

}  // namespace strata
