#include "server/analytics/kpi/period.h"

#include <string>
#include <variant>

namespace strata::analytics::kpi {
namespace {

bool IsLastOfMonth(Day day) { return CivilFromDay(day + 1).day == 1; }

// The number of calendar months that `range` consists of; 0 when it is not whole months.
int MonthsOf(DayRange range) {
  const CivilDay from = CivilFromDay(range.from), to = CivilFromDay(range.to);
  if (from.day != 1 || !IsLastOfMonth(range.to)) return 0;
  return (to.year - from.year) * 12 + to.month - from.month + 1;
}

// The days of the unit, roughly: only their order counts.
int LengthOf(PeriodUnit unit) {
  switch (unit) {
    case PeriodUnit::kDay:
      return 1;
    case PeriodUnit::kWeek:
      return 7;
    case PeriodUnit::kMonth:
      return 30;
    case PeriodUnit::kQuarter:
      return 91;
    case PeriodUnit::kFiscalQuarter:
      return 92;
    case PeriodUnit::kYear:
      return 365;
    case PeriodUnit::kFiscalYear:
      return 366;
  }
  return 0;
}

}  // namespace

DayRange DayShift::Into(DayRange target) const {
  // Months differ by three days at most: the days that are looked for lie next to the days moved
  // back.
  constexpr Day kNear = 3;
  DayRange range = {Calendar::AddMonths(target.from - days, -months) - kNear,
                    Calendar::AddMonths(target.to - days, -months) + kNear};
  while (Of(range.from) < target.from) ++range.from;
  while (Of(range.to) > target.to) --range.to;
  return range;
}

DayRange PreviousPeriod(DayRange range) {
  const int months = MonthsOf(range);
  const Day from = months > 0 ? Calendar::AddMonths(range.from, -months)
                              : static_cast<Day>(range.from - range.Days());
  return {from, range.from - 1};
}

DayShift FromPreviousPeriod(DayRange range) {
  const int months = MonthsOf(range);
  return months > 0 ? DayShift{months, 0} : DayShift{0, static_cast<Day>(range.Days())};
}

DayRange SamePeriodLastYear(DayRange range) {
  const Day from = Calendar::AddMonths(range.from, -12);
  if (MonthsOf(range) > 0) return {from, Calendar::AddMonths(range.to + 1, -12) - 1};
  return {from, Calendar::AddMonths(range.to, -12)};
}

DayShift FromLastYear() { return {12, 0}; }

DayRange DaysOf(const Calendar& calendar, PeriodUnit unit, int32_t index) {
  return {calendar.FirstDay(unit, index), calendar.FirstDay(unit, index + 1) - 1};
}

bool IsFiner(PeriodUnit a, PeriodUnit b) { return LengthOf(a) < LengthOf(b); }

std::optional<int32_t> PeriodOfValue(const Calendar& calendar, PeriodUnit unit,
                                     const Value& value) {
  if (const auto* label = std::get_if<std::string>(&value)) {
    const absl::StatusOr<int32_t> index = calendar.ParseLabel(unit, *label);
    if (index.ok()) return *index;
    return std::nullopt;
  }
  if (const auto* date = std::get_if<DateValue>(&value)) return calendar.PeriodOf(unit, date->day);
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<int32_t>(*number);
  return std::nullopt;
}

}  // namespace strata::analytics::kpi
