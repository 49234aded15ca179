#include "server/analytics/kpi/figures.h"

#include <limits>

#include "server/domain/quantity.h"

namespace strata::analytics::kpi {
namespace {

fields::Cell CellOf(fields::Value value) {
  fields::Cell cell;
  cell.value = std::move(value);
  return cell;
}

}  // namespace

absl::StatusOr<fields::Cell> CountCell(MicrosSum count) {
  if (count > std::numeric_limits<int64_t>::max() || count < std::numeric_limits<int64_t>::min()) {
    return NullCell(fields::NullReason::kOutOfRange);
  }
  return CellOf(static_cast<int64_t>(count));
}

absl::StatusOr<fields::Cell> MoneyCell(MicrosSum micros) {
  return CellOf(fields::ValueOfMicros(micros));
}

absl::StatusOr<fields::Cell> QuantityCell(MicrosSum micros) {
  return NumberCell(QuantityToDouble(micros));
}

absl::StatusOr<fields::Cell> PartCell(const Part& part, MicrosSum value) {
  switch (part.type) {
    case fields::ValueType::kMoney:
      return MoneyCell(value);
    case fields::ValueType::kNumber:
      return QuantityCell(value);
    default:
      return CountCell(value);
  }
}

absl::StatusOr<fields::Cell> MoneyRatioCell(MicrosSum micros, MicrosSum divisor) {
  if (divisor == 0) return NullCell(fields::NullReason::kNoRecords);
  return CellOf(fields::ValueOfRatio(micros, static_cast<int64_t>(divisor)));
}

fields::Cell RatioCell(MicrosSum numerator, MicrosSum divisor, fields::NullReason reason) {
  if (divisor <= 0) return NullCell(reason);
  return NumberCell(static_cast<double>(numerator) / static_cast<double>(divisor));
}

fields::Cell NumberCell(double value) { return CellOf(value); }

fields::Cell NullCell(fields::NullReason reason) { return CellOf(reason); }

}  // namespace strata::analytics::kpi
