#include "server/analytics/kpi/testing/naive_text.h"

#include <algorithm>

namespace strata::analytics::kpi {

std::string RatioText(double numerator, double denominator, const char* reason) {
  if (denominator <= 0) return absl::StrCat("null:", reason);
  return Number(numerator / denominator);
}

std::string MoneyText(__int128 micros, int64_t divisor) {
  const bool negative = micros < 0;
  __int128 nanos = (negative ? -micros : micros) * 1000;
  const __int128 rest = nanos % divisor;
  nanos = nanos / divisor + (rest * 2 >= divisor ? 1 : 0);
  std::string digits;
  for (int i = 0; i < 30 && (nanos > 0 || i < 10); ++i, nanos /= 10) {
    if (i == 9) digits.insert(digits.begin(), '.');
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(nanos % 10)));
  }
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  return (negative && digits != "0" ? "-" : "") + digits;
}

__int128 QuantileByTen(std::vector<int64_t> values, int64_t tenths) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<int64_t>(values.size());
  const int64_t at = (n - 1) * tenths;
  const auto low = static_cast<size_t>(at / 10);
  const size_t high = std::min(low + 1, values.size() - 1);
  return static_cast<__int128>(values[low]) * (10 - at % 10) +
         static_cast<__int128>(values[high]) * (at % 10);
}

}  // namespace strata::analytics::kpi
