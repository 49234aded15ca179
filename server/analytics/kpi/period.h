#ifndef STRATA_SERVER_ANALYTICS_KPI_PERIOD_H_
#define STRATA_SERVER_ANALYTICS_KPI_PERIOD_H_

#include <optional>

#include "server/analytics/fields/field.h"
#include "server/analytics/fields/scope.h"
#include "server/domain/calendar.h"

namespace strata::analytics::kpi {

// Moves days by whole months (the last day of the month where the target has no such day) and then
// by days: never backwards in order, so that the days moved into a range are a range.
struct DayShift {
  int months = 0;
  Day days = 0;

  bool none() const { return months == 0 && days == 0; }
  Day Of(Day day) const { return (months == 0 ? day : Calendar::AddMonths(day, months)) + days; }
  // The days that are moved into `target`; empty (to < from) when there are none.
  DayRange Into(DayRange target) const;
};

// The range just before: as many calendar months where `range` is whole months (so also whole
// quarters and years), else as many days.
DayRange PreviousPeriod(DayRange range);

// Moves the days of PreviousPeriod(range) onto `range`.
DayShift FromPreviousPeriod(DayRange range);

// The range one year earlier; a range of whole months stays one of whole months.
DayRange SamePeriodLastYear(DayRange range);

// Moves the days of SamePeriodLastYear(range) onto `range`: to the same day of the month.
DayShift FromLastYear();

// The days of a period.
DayRange DaysOf(const Calendar& calendar, PeriodUnit unit, int32_t index);

// Of two units, whether periods of `a` are the shorter.
bool IsFiner(PeriodUnit a, PeriodUnit b);

// The index of the period that a value of a time field stands for.
std::optional<int32_t> PeriodOfValue(const Calendar& calendar, PeriodUnit unit, const Value& value);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_PERIOD_H_
