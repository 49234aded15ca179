#ifndef STRATA_SERVER_ANALYTICS_KPI_PERIOD_H_
#define STRATA_SERVER_ANALYTICS_KPI_PERIOD_H_

#include <optional>

#include "server/analytics/fields/field.h"
#include "server/analytics/fields/scope.h"
#include "server/domain/calendar.h"

namespace strata::analytics::kpi {

// The range just before: as many calendar months where `range` is whole months (so also whole
// quarters and years), else as many days.
DayRange PreviousPeriod(DayRange range);

// The range one year earlier; a range of whole months stays one of whole months.
DayRange SamePeriodLastYear(DayRange range);

// The days of a period.
DayRange DaysOf(const Calendar& calendar, PeriodUnit unit, int32_t index);

// Of two units, whether periods of `a` are the shorter.
bool IsFiner(PeriodUnit a, PeriodUnit b);

// The index of the period that a value of a time field stands for.
std::optional<int32_t> PeriodOfValue(const Calendar& calendar, PeriodUnit unit, const Value& value);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_PERIOD_H_
