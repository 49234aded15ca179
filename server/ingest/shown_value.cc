#include "server/ingest/shown_value.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/domain/unicode.h"

namespace strata::ingest {
namespace {

constexpr size_t kShownBytes = 60;

}  // namespace

std::string Shown(absl::string_view text) {
  size_t bytes = 0;
  while (bytes < text.size()) {
    const size_t next = bytes + FirstCharacter(text.substr(bytes)).bytes;
    if (next > kShownBytes) break;
    bytes = next;
  }
  return absl::StrCat("\"", Printable(text.substr(0, bytes)), bytes < text.size() ? "..." : "",
                      "\"");
}

std::string ShownTime(Millis time) {
  // Towards the past, also before 1970.
  Millis rest = time % kMillisADay;
  if (rest < 0) rest += kMillisADay;
  const std::string day = FormatDay(static_cast<Day>((time - rest) / kMillisADay));
  if (rest == 0) return day;
  const int64_t seconds = rest / 1'000;
  std::string text =
      absl::StrFormat("%sT%02d:%02d:%02d", day, seconds / 3'600, seconds / 60 % 60, seconds % 60);
  if (rest % 1'000 != 0) absl::StrAppend(&text, absl::StrFormat(".%03d", rest % 1'000));
  return text + "Z";
}

std::string ShownMoney(Micros amount) {
  const bool negative = amount < 0;
  const uint64_t size =
      negative ? 0 - static_cast<uint64_t>(amount) : static_cast<uint64_t>(amount);
  std::string text =
      absl::StrFormat("%s%d.%06d", negative ? "-" : "", size / kMicrosAUnit, size % kMicrosAUnit);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string ShownCount(size_t count) {
  const std::string digits = absl::StrCat(count);
  std::string shown;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) shown += ',';
    shown += digits[i];
  }
  return shown;
}

}  // namespace strata::ingest
