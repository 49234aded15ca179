#include "client/cli/base/shown_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/domain/nearest_names.h"
#include "server/domain/unicode.h"

namespace strata {
namespace {

// Letters and digits in lower case: "Order ID" and "order_id" are near.
std::string Squeezed(absl::string_view name) {
  std::string squeezed;
  for (const char c : name.substr(0, 80)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || absl::ascii_isalnum(byte)) squeezed.push_back(absl::ascii_tolower(byte));
  }
  return squeezed;
}

}  // namespace

std::string Shortened(absl::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  return absl::StrCat(CutToValidUtf8(text, most), "...");
}

std::string ShortList(const std::vector<std::string>& names) {
  constexpr size_t kShown = 12;
  std::string list;
  for (size_t i = 0; i < names.size() && i < kShown; ++i) {
    absl::StrAppend(&list, i == 0 ? "" : ", ", Shortened(names[i], 40));
  }
  if (names.size() > kShown) absl::StrAppend(&list, " ... (", names.size(), " in all)");
  return list;
}

std::string NearestOf(absl::string_view name, const std::vector<std::string>& names) {
  const std::string wanted = Squeezed(name);
  std::string nearest;
  size_t best = wanted.size() / 2 + 1;
  for (const std::string& other : names) {
    const std::string squeezed = Squeezed(other);
    size_t distance = EditDistance(wanted, squeezed);
    // "id" for "Order ID": a word of it.
    if (wanted.size() >= 2 && squeezed.find(wanted) != std::string::npos) {
      distance = std::min<size_t>(distance, 1);
    }
    if (distance >= best) continue;
    best = distance;
    nearest = other;
  }
  return nearest;
}

}  // namespace strata
