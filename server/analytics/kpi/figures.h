#ifndef STRATA_SERVER_ANALYTICS_KPI_FIGURES_H_
#define STRATA_SERVER_ANALYTICS_KPI_FIGURES_H_

#include "absl/status/statusor.h"
#include "server/analytics/kpi/definition.h"

// The forms that most figures have. Sums and counts of nothing are 0; what is computed from records
// is null where there are none.

namespace strata::analytics::kpi {

// Null (out of range) where a count leaves 64 bits, or a sum what an Amount holds.
absl::StatusOr<fields::Cell> CountCell(MicrosSum count);
absl::StatusOr<fields::Cell> MoneyCell(MicrosSum micros);
// A number of units from millionths of one.
absl::StatusOr<fields::Cell> QuantityCell(MicrosSum micros);
// A part of a figure, by its type.
absl::StatusOr<fields::Cell> PartCell(const Part& part, MicrosSum value);
// Rounded half away from zero to a billionth; null (no records) when the divisor is 0.
absl::StatusOr<fields::Cell> MoneyRatioCell(MicrosSum micros, MicrosSum divisor);
// Null for `reason` when the divisor is not positive.
fields::Cell RatioCell(MicrosSum numerator, MicrosSum divisor,
                       fields::NullReason reason = fields::NullReason::kNoRecords);
fields::Cell NumberCell(double value);
fields::Cell NullCell(fields::NullReason reason);

template <Measure M>
absl::StatusOr<fields::Cell> Count(const FigureInput& input) {
  return CountCell(input.cell[M]);
}

template <Measure M>
absl::StatusOr<fields::Cell> Quantity(const FigureInput& input) {
  return QuantityCell(input.cell[M]);
}

template <Measure M>
absl::StatusOr<fields::Cell> Money(const FigureInput& input) {
  return MoneyCell(input.cell[M]);
}

// What purchases brought, before returns took some back.
inline MicrosSum GrossRevenue(const CellView& cell) {
  return cell[Measure::kRevenue] + cell[Measure::kRefunds];
}

template <Measure Numerator, Measure Divisor>
absl::StatusOr<fields::Cell> MoneyRatio(const FigureInput& input) {
  return MoneyRatioCell(input.cell[Numerator], input.cell[Divisor]);
}

template <Measure Numerator, Measure Divisor>
absl::StatusOr<fields::Cell> Ratio(const FigureInput& input) {
  return RatioCell(input.cell[Numerator], input.cell[Divisor]);
}

// this / previous - 1.
template <Measure M>
absl::StatusOr<fields::Cell> Growth(const FigureInput& input) {
  if (!input.has_history) return NullCell(fields::NullReason::kNotEnoughHistory);
  const MicrosSum before = input.previous.has_value() ? (*input.previous)[M] : 0;
  return RatioCell(input.cell[M] - before, before, fields::NullReason::kZeroDenominator);
}

template <Measure M>
absl::StatusOr<fields::Cell> Share(const FigureInput& input) {
  return RatioCell(input.cell[M], (*input.whole)[M], fields::NullReason::kZeroDenominator);
}

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_FIGURES_H_
