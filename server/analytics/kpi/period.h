#ifndef STRATA_SERVER_ANALYTICS_KPI_PERIOD_H_
#define STRATA_SERVER_ANALYTICS_KPI_PERIOD_H_

#include <optional>

#include "server/analytics/fields/field.h"
#include "server/analytics/fields/scope.h"
#include "server/domain/calendar.h"

namespace strata::analytics::kpi {

// Moves days by whole months (the last day of the month where the target has no such day) and then
// by days, or by an ISO year (the last day of the year where it has no such week): never backwards
// in order, so that the days moved into a range are a range.
struct DayShift {
  int months = 0;
  Day days = 0;
  bool iso_year = false;  // to the same weekday of the same ISO week of the next ISO year

  bool none() const { return months == 0 && days == 0 && !iso_year; }
  Day Of(Day day) const;
  // Whether Of(day) is the day's own counterpart. The 29th of February has none in most years, the
  // 31st none in shorter months, week 53 none in a year of 52.
  bool HasCounterpart(Day day) const;
  // The days that are moved into `target`; empty (to < from) when there are none.
  fields::DayRange Into(fields::DayRange target) const;
};

// The range just before: as many calendar months where `range` is whole months (so also whole
// quarters and years), else as many days.
fields::DayRange PreviousPeriod(fields::DayRange range);

// The same for a range that is seen up to as_of: of an unfinished one as many of the first days of
// the range before as have passed, so that like is compared with like.
fields::DayRange PreviousPeriod(fields::DayRange range, Day as_of);

// The range one year earlier: the same dates. A range of whole months stays one of whole months;
// any other has no 29th of February at its end that it has not itself.
fields::DayRange SamePeriodLastYear(fields::DayRange range);

// What a further range of a request holds, and how its days are moved onto the scope's own where
// rows are periods. May be empty (to < from).
struct Beside {
  fields::DayRange days;
  DayShift shift;
};

// What stands beside `own`, of which the days up to as_of are seen. `finest` is the unit of the
// rows, if they are periods: each row then stands beside the one it is compared with, day by day,
// week by week (ISO weeks beside those of the same number a year before, other weeks beside those
// 52 weeks before), month by month. The days beside a row do not depend on where the range ends.
Beside PreviousBeside(fields::DayRange own, Day as_of, std::optional<PeriodUnit> finest);
Beside LastYearBeside(const Calendar& calendar, fields::DayRange own, Day as_of,
                      std::optional<PeriodUnit> finest);

// Whether the days that have no counterpart are told apart from those next to them in rows of this
// unit: in longer periods the shift moves them into the right one.
bool TellsCounterparts(const DayShift& shift, PeriodUnit unit);

// The part of the period before `period` that is compared with the days `covered` of it: the whole
// of it when the period is covered whole, else as many days at the same place. This is what every
// comparison with an unfinished period goes by.
fields::DayRange PrecedingPart(const Calendar& calendar, PeriodUnit unit, int32_t period,
                               fields::DayRange covered);

// The days of a period.
fields::DayRange DaysOf(const Calendar& calendar, PeriodUnit unit, int32_t index);

// Of two units, whether periods of `a` are the shorter.
bool IsFiner(PeriodUnit a, PeriodUnit b);

// The index of the period that a value of a time field stands for.
std::optional<int32_t> PeriodOfValue(const Calendar& calendar, PeriodUnit unit,
                                     const fields::Value& value);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_PERIOD_H_
