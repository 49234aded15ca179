#include "server/domain/quantity.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"

namespace strata {

absl::StatusOr<Micros> QuantityFromDouble(double quantity) {
  if (!(std::fabs(quantity) <= static_cast<double>(kLargestQuantity))) {  // or NaN
    return absl::OutOfRangeError(absl::StrFormat("the quantity %.17g does not lie in -%d to %d",
                                                 quantity, kLargestQuantity, kLargestQuantity));
  }
  const Micros micros = std::llround(quantity * static_cast<double>(kOneUnit));
  if (QuantityToDouble(micros) != quantity) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the quantity %.15g has more than six decimals; round it", quantity));
  }
  return micros;
}

double QuantityToDouble(MicrosSum micros) {
  // Division rounds correctly where both are exact; beyond, whole units stay exact longer.
  const MicrosSum units = micros / kOneUnit;
  if (units * kOneUnit == micros) return static_cast<double>(units);
  return static_cast<double>(micros) / static_cast<double>(kOneUnit);
}

std::string FormatQuantity(MicrosSum micros) { return FormatMicros(micros); }

}  // namespace strata
