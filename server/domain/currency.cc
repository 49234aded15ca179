#include "server/domain/currency.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace strata {
namespace {

// ISO 4217, list one, of 2024-06-25: every code whose minor unit is not 2.
constexpr std::pair<absl::string_view, int> kDecimals[] = {
    {"BHD", 3}, {"BIF", 0}, {"CLF", 4}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3},
    {"ISK", 0}, {"JOD", 3}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3},
    {"OMR", 3}, {"PYG", 0}, {"RWF", 0}, {"TND", 3}, {"UGX", 0}, {"UYI", 0}, {"UYW", 4},
    {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
};

constexpr __int128 kNanosAUnit = 1'000'000'000;

std::string NanosText(__int128 nanos, absl::string_view currency_code) {
  const int decimals = CurrencyDecimals(currency_code);
  int64_t parts = 1;  // of a unit that are written
  for (int i = 0; i < decimals; ++i) parts *= 10;
  const __int128 nanos_a_part = kNanosAUnit / parts;
  const bool negative = nanos < 0;
  const __int128 rounded = ((negative ? -nanos : nanos) + nanos_a_part / 2) / nanos_a_part;
  // Amounts have at most 28 digits in front of the point; 64 bits hold 18 of them at a time.
  constexpr int64_t kHalf = 1'000'000'000'000'000'000;
  const __int128 units = rounded / parts;
  std::string text = units >= kHalf
                         ? absl::StrFormat("%d%018d", static_cast<int64_t>(units / kHalf),
                                           static_cast<int64_t>(units % kHalf))
                         : absl::StrCat(static_cast<int64_t>(units));
  for (size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  if (negative && rounded > 0) text.insert(0, "-");
  if (decimals == 0) return text;
  return absl::StrCat(text, ".",
                      absl::StrFormat("%0*d", decimals, static_cast<int64_t>(rounded % parts)));
}

}  // namespace

int CurrencyDecimals(absl::string_view currency_code) {
  constexpr int kUsual = 2;
  const auto* const found = std::find_if(
      std::begin(kDecimals), std::end(kDecimals),
      [currency_code](const auto& currency) { return currency.first == currency_code; });
  return found == std::end(kDecimals) ? kUsual : found->second;
}

std::string MoneyText(const Amount& amount, absl::string_view currency_code) {
  return NanosText(amount.units * kNanosAUnit + amount.nanos, currency_code);
}

std::string MoneyText(MicrosSum micros, absl::string_view currency_code) {
  constexpr __int128 kNanosAMicro = 1'000;
  return NanosText(micros * kNanosAMicro, currency_code);
}

std::string MoneyText(double units, absl::string_view currency_code) {
  constexpr double kMost = 1e18;  // a statistic beyond it is none
  if (!std::isfinite(units) || std::fabs(units) > kMost) return "–";
  return NanosText(static_cast<__int128>(std::round(units * 1e9)), currency_code);
}

}  // namespace strata
