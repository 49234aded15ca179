#include "server/analytics/kpi/figures.h"

#include <limits>

#include "server/domain/quantity.h"

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
    return NullCell(NullReason::kOutOfRange);
  }
  return CellOf(static_cast<int64_t>(count));
}

absl::StatusOr<Cell> MoneyCell(MicrosSum micros) { return CellOf(ValueOfMicros(micros)); }

absl::StatusOr<Cell> QuantityCell(MicrosSum micros) { return NumberCell(QuantityToDouble(micros)); }

absl::StatusOr<Cell> PartCell(const Part& part, MicrosSum value) {
  switch (part.type) {
    case ValueType::kMoney:
      return MoneyCell(value);
    case ValueType::kNumber:
      return QuantityCell(value);
    default:
      return CountCell(value);
  }
}

absl::StatusOr<Cell> MoneyRatioCell(MicrosSum micros, MicrosSum divisor) {
  if (divisor == 0) return NullCell(NullReason::kNoRecords);
  return CellOf(ValueOfRatio(micros, static_cast<int64_t>(divisor)));
}

Cell RatioCell(MicrosSum numerator, MicrosSum divisor, NullReason reason) {
  if (divisor <= 0) return NullCell(reason);
  return NumberCell(static_cast<double>(numerator) / static_cast<double>(divisor));
}

Cell NumberCell(double value) { return CellOf(value); }

Cell NullCell(NullReason reason) { return CellOf(reason); }

}  // namespace strata::analytics::kpi
