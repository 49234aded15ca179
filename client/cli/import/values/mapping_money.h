#ifndef STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_MONEY_H_
#define STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_MONEY_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "client/cli/import/values/mapping_decimal.h"

namespace strata::imports {

// A number as people and shops write it, taken apart: "-$1,234.50", "1.234,50 EUR", "(12)", "12%".
struct WrittenNumber {
  absl::string_view digits;  // with marks between them, without sign: "1,234.50"
  bool negative = false;     // a minus in front or behind, or in brackets
  bool percent = false;
  std::string currency;  // "USD" for "$" and "US$"; as written where it has no code; else empty
};

// Nothing for a text that holds anything else than one number and one currency.
std::optional<WrittenNumber> SplitMoney(absl::string_view text);

// The exact number. `mark` ('.' or ',') stands before the decimals; the other one of the two, an
// apostrophe, or blanks may group the digits before it, in threes (or as in India: 1,00,000).
// Wrong groups are no number: "12,50" with '.' gives nothing. A percentage is its hundredth.
std::optional<Decimal> ParseMoney(absl::string_view text, char mark);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_MONEY_H_
