#include "client/cli/shown_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace strata::cli {
namespace {

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

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
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), "...");
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

}  // namespace strata::cli
