#ifndef STRATA_SERVER_DOMAIN_MONEY_H_
#define STRATA_SERVER_DOMAIN_MONEY_H_

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace strata {

// An amount of one record: millionths of the workspace's currency unit. 9.2e12 units fit, which is
// enough for a line but not for the sum of a company's lines in rupiah: sums are MicrosSum.
using Micros = int64_t;
inline constexpr Micros kMicrosAUnit = 1'000'000;
inline constexpr Micros kNoAmount = std::numeric_limits<Micros>::min();

// Exact sums of amounts: 2^63 amounts of any size fit.
using MicrosSum = __int128;

// An amount as it leaves the server: units * 1e9 + nanos billionths, both of the same sign
// (the shape of google.type.Money without the currency).
struct Amount {
  int64_t units = 0;
  int32_t nanos = 0;  // -999,999,999 .. 999,999,999

  friend bool operator==(const Amount&, const Amount&) = default;
};

// OUT_OF_RANGE when the units do not fit in 64 bits.
absl::StatusOr<Amount> AmountFromMicros(MicrosSum micros);

// micros / divisor rounded half away from zero to a billionth; divisor > 0.
absl::StatusOr<Amount> AmountFromRatio(MicrosSum micros, int64_t divisor);

// "-12.5": every decimal that is not a trailing zero, never an exponent.
std::string FormatAmount(const Amount& amount);
std::string FormatMicros(MicrosSum micros);

// Parses "1234.56", "-0.5", "+3", ".5"; no thousands separators, no exponent. INVALID_ARGUMENT for
// other text and for more than six decimals that are not zero, OUT_OF_RANGE beyond 64 bits.
absl::StatusOr<Micros> ParseMicros(absl::string_view text);
// Likewise of what a sum is compared with: OUT_OF_RANGE beyond what an Amount holds.
absl::StatusOr<MicrosSum> ParseMicrosSum(absl::string_view text);

// For statistics only; sums stay integers.
inline double ToDouble(MicrosSum micros) {
  return static_cast<double>(micros) / static_cast<double>(kMicrosAUnit);
}

}  // namespace strata

#endif  // STRATA_SERVER_DOMAIN_MONEY_H_
