#include "server/analytics/kpi/figures.h"

#include <limits>

#include "absl/status/status.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

Cell CellOf(Value value) {
  Cell cell;
  cell.value = std::move(value);
  return cell;
}

}  // namespace

absl::StatusOr<Cell> CountCell(MicrosSum count) {
  if (count > std::numeric_limits<int64_t>::max() || count < std::numeric_limits<int64_t>::min()) {
    return absl::OutOfRangeError("a count exceeds 64 bits");
  }
  return CellOf(static_cast<int64_t>(count));
}

absl::StatusOr<Cell> MoneyCell(MicrosSum micros) {
  STRATA_ASSIGN_OR_RETURN(const Amount amount, AmountFromMicros(micros));
  return CellOf(amount);
}

absl::StatusOr<Cell> MoneyRatioCell(MicrosSum micros, MicrosSum divisor) {
  if (divisor == 0) return NullCell(NullReason::kNoRecords);
  STRATA_ASSIGN_OR_RETURN(const Amount amount,
                          AmountFromRatio(micros, static_cast<int64_t>(divisor)));
  return CellOf(amount);
}

Cell RatioCell(MicrosSum numerator, MicrosSum divisor, NullReason reason) {
  if (divisor <= 0) return NullCell(reason);
  return NumberCell(static_cast<double>(numerator) / static_cast<double>(divisor));
}

Cell NumberCell(double value) { return CellOf(value); }

Cell NullCell(NullReason reason) { return CellOf(reason); }

}  // namespace strata::analytics::kpi
