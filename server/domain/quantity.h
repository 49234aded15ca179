#ifndef STRATA_SERVER_DOMAIN_QUANTITY_H_
#define STRATA_SERVER_DOMAIN_QUANTITY_H_

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "server/domain/money.h"

// How much of its product an order line is about: pieces, kilograms, hours. Held in millionths of a
// unit, exactly, as amounts are; sums of them are MicrosSum.

namespace strata {

inline constexpr Micros kOneUnit = 1'000'000;

// Of a line, either way. Up to there a double tells six decimals apart.
inline constexpr int64_t kLargestQuantity = std::numeric_limits<int32_t>::max();

// Exact: the double nearest to a number of at most six decimals is that number. INVALID_ARGUMENT
// for more decimals, OUT_OF_RANGE for what is not finite or larger than kLargestQuantity; both name
// value and limit.
absl::StatusOr<Micros> QuantityFromDouble(double quantity);

// The nearest double: exact to six decimals up to 9e9 units, and of whole units up to 9e15.
double QuantityToDouble(MicrosSum micros);

// "-2.5", "12": no trailing zeros, never an exponent.
std::string FormatQuantity(MicrosSum micros);

}  // namespace strata

#endif  // STRATA_SERVER_DOMAIN_QUANTITY_H_
