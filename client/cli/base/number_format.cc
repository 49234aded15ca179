#include "client/cli/base/number_format.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace strata {

std::string WithThousands(std::string digits) {
  const size_t first = digits[0] == '-' || digits[0] == '+' ? 1 : 0;
  const size_t point = std::min(digits.find('.'), digits.size());
  for (size_t at = point; at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string FormatInteger(int64_t value) { return WithThousands(absl::StrCat(value)); }

std::string PlainNumber(double value) {
  // Digits as people and spreadsheets write them, where there are not too many.
  constexpr double kSmallest = 1e-6, kLargest = 1e16;
  const double magnitude = std::fabs(value);
  char buffer[64];
  const std::to_chars_result end =
      value == 0 || (magnitude >= kSmallest && magnitude < kLargest)
          ? std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed)
          : std::to_chars(buffer, buffer + sizeof(buffer), value);
  return std::string(buffer, end.ptr);
}

}  // namespace strata
