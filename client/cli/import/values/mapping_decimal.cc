#include "client/cli/import/values/mapping_decimal.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace strata::imports {
namespace {

constexpr int kMostDigits = 36;

__int128 PowerOfTen(int exponent) {
  __int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

bool Fits(__int128 digits) {
  static const __int128 limit = PowerOfTen(kMostDigits);
  return digits < limit && digits > -limit;
}

// Drops trailing zeros behind the point.
Decimal Reduced(Decimal value) {
  while (value.scale > 0 && value.digits % 10 == 0) {
    value.digits /= 10;
    --value.scale;
  }
  return value;
}

std::optional<__int128> Times(__int128 a, __int128 b) {
  __int128 product;
  if (__builtin_mul_overflow(a, b, &product) || !Fits(product)) return std::nullopt;
  return product;
}

}  // namespace

std::optional<Decimal> Decimal::Parse(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  const bool negative = absl::ConsumePrefix(&text, "-");
  if (!negative) absl::ConsumePrefix(&text, "+");
  Decimal value;
  bool behind_point = false, any = false;
  if (text.find('.') != absl::string_view::npos) {  // zeros at the end count nothing
    for (; text.back() == '0'; text.remove_suffix(1)) any = true;
  }
  for (const char c : text) {
    if (c == '.' && !behind_point) {
      behind_point = true;
      continue;
    }
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    any = true;
    value.digits = value.digits * 10 + (c - '0');
    value.scale += behind_point;
    if (!Fits(value.digits) || value.scale > kMostDigits) return std::nullopt;
  }
  if (!any) return std::nullopt;
  if (negative) value.digits = -value.digits;
  return Reduced(value);
}

std::string Decimal::ToString() const {
  const Decimal reduced = Reduced(*this);
  __int128 rest = reduced.digits < 0 ? -reduced.digits : reduced.digits;
  std::string reversed;
  for (int place = 0; rest != 0 || place <= reduced.scale; ++place) {
    if (place == reduced.scale && place > 0) reversed.push_back('.');
    reversed.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  }
  if (reduced.digits < 0) reversed.push_back('-');
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

std::optional<Decimal> Decimal::Multiply(const Decimal& a, const Decimal& b) {
  const Decimal x = Reduced(a), y = Reduced(b);
  const std::optional<__int128> digits = Times(x.digits, y.digits);
  if (!digits || x.scale + y.scale > kMostDigits) return std::nullopt;
  return Reduced({*digits, x.scale + y.scale});
}

std::optional<Decimal> Decimal::Add(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale, b.scale);
  const std::optional<__int128> x = Times(a.digits, PowerOfTen(scale - a.scale));
  const std::optional<__int128> y = Times(b.digits, PowerOfTen(scale - b.scale));
  if (!x || !y || !Fits(*x + *y)) return std::nullopt;
  return Reduced({*x + *y, scale});
}

std::optional<Decimal> Decimal::Divide(const Decimal& a, const Decimal& b, int places) {
  places = std::clamp(places, 0, kMostDigits);
  const Decimal x = Reduced(a), y = Reduced(b);
  // x / y = (x.digits / y.digits) * 10^(y.scale - x.scale), wanted in units of 10^-places.
  const int shift = places + y.scale - x.scale;
  if (shift > kMostDigits || shift < -kMostDigits) return std::nullopt;
  const std::optional<__int128> above = Times(x.digits, PowerOfTen(std::max(shift, 0)));
  const std::optional<__int128> below = Times(y.digits, PowerOfTen(std::max(-shift, 0)));
  if (!above || !below) return std::nullopt;
  __int128 quotient = *above / *below;
  const __int128 rest = *above % *below;
  const __int128 half = (rest < 0 ? -rest : rest) * 2;
  if (half >= (*below < 0 ? -*below : *below)) quotient += (*above < 0) == (*below < 0) ? 1 : -1;
  return Reduced({quotient, places});
}

Decimal Decimal::Round(int places) const {
  places = std::clamp(places, 0, kMostDigits);
  if (scale <= places) return *this;
  const __int128 unit = PowerOfTen(scale - places);
  __int128 rounded = digits / unit;
  const __int128 rest = digits % unit;
  if ((rest < 0 ? -rest : rest) * 2 >= unit) rounded += digits < 0 ? -1 : 1;
  return Reduced({rounded, places});
}

}  // namespace strata::imports
