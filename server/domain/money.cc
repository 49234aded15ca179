#include "server/domain/money.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "server/base/status_macros.h"

namespace strata {
namespace {

constexpr int kDecimals = 6;
constexpr int64_t kNanosAUnit = 1'000'000'000;

absl::StatusOr<Amount> AmountFromNanos(__int128 nanos) {
  const __int128 units = nanos / kNanosAUnit;
  if (units > std::numeric_limits<int64_t>::max() || units < std::numeric_limits<int64_t>::min()) {
    return absl::OutOfRangeError("an amount exceeds 9.2e18 currency units");
  }
  return Amount{static_cast<int64_t>(units), static_cast<int32_t>(nanos % kNanosAUnit)};
}

absl::Status TooLarge(absl::string_view text) {
  return absl::OutOfRangeError(absl::StrCat("\"", text, "\" is too large for an amount"));
}

}  // namespace

absl::StatusOr<Amount> AmountFromMicros(MicrosSum micros) {
  const __int128 units = micros / kMicrosAUnit;
  if (units > std::numeric_limits<int64_t>::max() || units < std::numeric_limits<int64_t>::min()) {
    return absl::OutOfRangeError("an amount exceeds 9.2e18 currency units");
  }
  return Amount{static_cast<int64_t>(units), static_cast<int32_t>(micros % kMicrosAUnit) * 1000};
}

absl::StatusOr<Amount> AmountFromRatio(MicrosSum micros, int64_t divisor) {
  const bool negative = micros < 0;
  const __int128 magnitude = negative ? -micros : micros;
  const __int128 whole = magnitude / divisor;
  if (whole > std::numeric_limits<__int128>::max() / 2000) {
    return absl::OutOfRangeError("an amount exceeds 9.2e18 currency units");
  }
  const __int128 rest = magnitude % divisor * 1000;
  __int128 nanos = whole * 1000 + rest / divisor;
  if (rest % divisor * 2 >= divisor) ++nanos;
  return AmountFromNanos(negative ? -nanos : nanos);
}

std::string FormatAmount(const Amount& amount) {
  const bool negative = amount.units < 0 || amount.nanos < 0;
  const uint64_t units = amount.units < 0 ? uint64_t{0} - static_cast<uint64_t>(amount.units)
                                          : static_cast<uint64_t>(amount.units);
  std::string text = absl::StrCat(negative ? "-" : "", units);
  if (amount.nanos == 0) return text;
  std::string decimals = absl::StrFormat("%09d", amount.nanos < 0 ? -amount.nanos : amount.nanos);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  return absl::StrCat(text, ".", decimals);
}

std::string FormatMicros(MicrosSum micros) {
  const absl::StatusOr<Amount> amount = AmountFromMicros(micros);
  return amount.ok() ? FormatAmount(*amount) : "overflow";
}

absl::StatusOr<MicrosSum> ParseMicrosSum(absl::string_view text) {
  constexpr MicrosSum kMost = MicrosSum{std::numeric_limits<int64_t>::max()} * kMicrosAUnit;
  absl::string_view rest = text;
  const bool negative = absl::ConsumePrefix(&rest, "-");
  if (!negative) absl::ConsumePrefix(&rest, "+");
  __int128 value = 0;
  int digits = 0, decimals = -1;
  for (const char c : rest) {
    if (c == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') {
      return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a decimal number"));
    }
    ++digits;
    if (decimals >= kDecimals) {
      if (c != '0') {
        return absl::InvalidArgumentError(
            absl::StrCat("\"", text, "\" has more than six decimals"));
      }
      continue;
    }
    if (decimals >= 0) ++decimals;
    value = value * 10 + (c - '0');
    if (value > kMost) return TooLarge(text);
  }
  if (digits == 0) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a decimal number"));
  }
  for (int i = decimals < 0 ? 0 : decimals; i < kDecimals; ++i) value *= 10;
  if (value > kMost) return TooLarge(text);
  return negative ? -value : value;
}

absl::StatusOr<Micros> ParseMicros(absl::string_view text) {
  STRATA_ASSIGN_OR_RETURN(const MicrosSum value, ParseMicrosSum(text));
  constexpr MicrosSum kMost = std::numeric_limits<int64_t>::max();
  if (value > kMost || value < -kMost) return TooLarge(text);
  return static_cast<Micros>(value);
}

}  // namespace strata
