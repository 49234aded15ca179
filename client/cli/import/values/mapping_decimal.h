#ifndef STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_DECIMAL_H_
#define STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_DECIMAL_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace strata::imports {

// An exact decimal number: digits / 10^scale. Mappings compute with it, since a double holds
// neither 0.1 nor the sum of a million prices.
struct Decimal {
  __int128 digits = 0;
  int scale = 0;  // 0..36

  // "-12.50", "+3", ".5"; no thousands separators, no exponent. Nothing for other text and for more
  // than 36 digits.
  static std::optional<Decimal> Parse(absl::string_view text);

  // Without trailing zeros: "-12.5".
  std::string ToString() const;

  // Exact; nothing when the result has more than 36 digits.
  static std::optional<Decimal> Multiply(const Decimal& a, const Decimal& b);
  static std::optional<Decimal> Add(const Decimal& a, const Decimal& b);

  // To `places` (0..36) digits behind the point, half away from zero; `b` is not 0. Nothing when
  // the result, or `a` with as many places more, has more than 36 digits.
  static std::optional<Decimal> Divide(const Decimal& a, const Decimal& b, int places);

  // To `places` (0..36) digits behind the point, half away from zero.
  Decimal Round(int places) const;
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_DECIMAL_H_
