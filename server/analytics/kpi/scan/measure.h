#ifndef STRATA_SERVER_ANALYTICS_KPI_SCAN_MEASURE_H_
#define STRATA_SERVER_ANALYTICS_KPI_SCAN_MEASURE_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "server/domain/money.h"

// What the scans of the facts leave behind for each group, and all that the KPIs are computed from.
// This is the seam: facts -> measures of groups (scans), measures -> figures (pure functions).

namespace strata::analytics::kpi {

enum class Measure : uint8_t {
  // Orders, at the grain of the order.
  kRecognised,    // purchases and returns
  kOrders,        // purchases: recognised, and no return (IsReturn)
  kReturns,       // recognised returns
  kOrdersAll,     // excluded statuses counted in, and returns
  kDueOrders,     // purchases promised, and delivered or overdue
  kOnTimeOrders,  // of those: delivered at or before the promised time
  kMisdated,      // purchases promised, and delivered on a day before their own
  // Recognised orders, at the grain of the line.
  kOrderLines,
  kUnits,       // millionths of a unit
  kRevenue,     // micros, like every money measure; net: lines of returns counted in
  kRefunds,     // lines of returns, negated
  kRevenueAll,  // excluded statuses counted in
  kLinesWithCost,
  kCost,
  kRevenueWithCost,
  kStrategicRevenue,  // of customers of tier strategic
  // Customers behind the purchases; distinct within the group.
  kActiveCustomers,
  kNewCustomers,
  kActiveMonths,
  // Statistics of purchases: ten times the type-7 quantile, which is a whole number.
  kMedianOrderValue,
  kP90OrderValue,
  kGaps,
  kMedianGap,  // pairs of consecutive purchases; days
  kGapCvCustomers,
  kMedianGapCv,  // the latter is a number, not a sum
  // Tickets by the day they were opened.
  kTickets,
  kEscalations,
  kSlaMet,
  kSlaBreached,
  kFirstResponses,
  kMedianFirstResponse,  // milliseconds, times ten
  kResolutions,
  kMedianResolution,  // likewise
  // Ratings of tickets and CSAT surveys; NPS surveys.
  kRatings,
  kPositiveRatings,
  kNpsAnswers,
  kPromoters,
  kDetractors,
  // Contracts in force on the last day of the period.
  kContracts,
  kContractValue,
  // Contracts of each customer on the day before the period against its last day.
  kRecurringStart,
  kRecurringNew,
  kRecurringExpansion,
  kRecurringContraction,
  kRecurringChurn,
  kRecurringReactivation,
  kRecurringEnd,
  kRecurringRetained,  // end value of the customers with a contract at the start
  kRecurringKept,      // likewise, at most each customer's start value
  kContractCustomersStart,
  kContractCustomersLost,
  kContractCustomers,  // the last: at either end
  // Customers without a contract that ordered by the last day, and those long silent by then.
  kOrderedBefore,
  kInactive,
  kCustomers,
  kCount,
};
inline constexpr size_t kMeasures = static_cast<size_t>(Measure::kCount);
static_assert(kMeasures <= 64);

// The facts that a measure is taken from; each is scanned at its own grain, and the results meet
// only in the group key, so nothing can fan out.
enum class Facts : uint8_t {
  kOrders,
  kTickets,
  kRatings,
  kSurveys,
  kContracts,
  kMovements,
  kInactivity,
  kCustomers,
};
inline constexpr int kFacts = 8;

class MeasureSet {
 public:
  constexpr MeasureSet() = default;
  constexpr MeasureSet(std::initializer_list<Measure> measures) {
    for (const Measure measure : measures) bits_ |= Bit(measure);
  }
  constexpr bool Has(Measure measure) const { return (bits_ & Bit(measure)) != 0; }
  constexpr bool HasAny(MeasureSet other) const { return (bits_ & other.bits_) != 0; }
  constexpr bool IsWithin(MeasureSet other) const { return (bits_ & ~other.bits_) == 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr MeasureSet operator|(MeasureSet other) const { return MeasureSet(bits_ | other.bits_); }
  constexpr MeasureSet operator&(MeasureSet other) const { return MeasureSet(bits_ & other.bits_); }
  constexpr MeasureSet& operator|=(MeasureSet other) {
    bits_ |= other.bits_;
    return *this;
  }

 private:
  constexpr explicit MeasureSet(uint64_t bits) : bits_(bits) {}
  static constexpr uint64_t Bit(Measure measure) {
    return uint64_t{1} << static_cast<uint64_t>(measure);
  }
  uint64_t bits_ = 0;
};

// The measures that a scan of `facts` can give.
constexpr MeasureSet MeasuresOf(Facts facts) {
  using M = Measure;
  switch (facts) {
    case Facts::kOrders:
      return {M::kRecognised,      M::kOrders,       M::kReturns,         M::kOrdersAll,
              M::kDueOrders,       M::kOnTimeOrders, M::kMisdated,        M::kOrderLines,
              M::kUnits,           M::kRevenue,      M::kRefunds,         M::kRevenueAll,
              M::kLinesWithCost,   M::kCost,         M::kRevenueWithCost, M::kStrategicRevenue,
              M::kActiveCustomers, M::kNewCustomers, M::kActiveMonths,    M::kMedianOrderValue,
              M::kP90OrderValue,   M::kGaps,         M::kMedianGap,       M::kGapCvCustomers,
              M::kMedianGapCv};
    case Facts::kTickets:
      return {M::kTickets,        M::kEscalations,         M::kSlaMet,      M::kSlaBreached,
              M::kFirstResponses, M::kMedianFirstResponse, M::kResolutions, M::kMedianResolution};
    case Facts::kRatings:
      return {M::kRatings, M::kPositiveRatings};
    case Facts::kSurveys:
      return {M::kNpsAnswers, M::kPromoters, M::kDetractors};
    case Facts::kContracts:
      return {M::kContracts, M::kContractValue};
    case Facts::kMovements:
      return {M::kRecurringStart,         M::kRecurringNew,          M::kRecurringExpansion,
              M::kRecurringContraction,   M::kRecurringChurn,        M::kRecurringReactivation,
              M::kRecurringEnd,           M::kRecurringRetained,     M::kRecurringKept,
              M::kContractCustomersStart, M::kContractCustomersLost, M::kContractCustomers};
    case Facts::kInactivity:
      return {M::kOrderedBefore, M::kInactive};
    case Facts::kCustomers:
      return {M::kCustomers};
  }
  return {};
}

// Measures of many groups, a column each; a column that nobody asked for is empty and reads as 0.
struct MeasureTable {
  std::array<std::vector<MicrosSum>, kMeasures> sums;
  std::vector<double> median_gap_cv;

  std::vector<MicrosSum>& operator[](Measure measure) { return sums[static_cast<size_t>(measure)]; }
  const std::vector<MicrosSum>& operator[](Measure measure) const {
    return sums[static_cast<size_t>(measure)];
  }
};

// The measures of one group.
class CellView {
 public:
  CellView(const MeasureTable& table, size_t row) : table_(&table), row_(row) {}

  MicrosSum operator[](Measure measure) const {
    const std::vector<MicrosSum>& column = (*table_)[measure];
    return row_ < column.size() ? column[row_] : 0;
  }
  double MedianGapCv() const {
    return row_ < table_->median_gap_cv.size() ? table_->median_gap_cv[row_] : 0;
  }

 private:
  const MeasureTable* table_;
  size_t row_;
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_SCAN_MEASURE_H_
