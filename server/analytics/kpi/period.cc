#include "server/analytics/kpi/period.h"

#include <algorithm>
#include <string>
#include <variant>

namespace strata::analytics::kpi {
namespace {

bool IsLastOfMonth(Day day) { return CivilFromDay(day + 1).day == 1; }

// The number of calendar months that `range` consists of; 0 when it is not whole months.
int MonthsOf(fields::DayRange range) {
  const CivilDay from = CivilFromDay(range.from), to = CivilFromDay(range.to);
  if (from.day != 1 || !IsLastOfMonth(range.to)) return 0;
  return (to.year - from.year) * 12 + to.month - from.month + 1;
}

constexpr DayShift kOneYear = {12, 0};

// ISO years consist of whole weeks: that of the 4th of January is the first.
Day FirstMonday(int32_t iso_year) {
  const Day day = DayFromCivil({iso_year, 1, 4});
  return day - (WeekdayOf(day) - 1);
}
Day IsoDays(int32_t iso_year) { return FirstMonday(iso_year + 1) - FirstMonday(iso_year); }
int32_t IsoYearOf(Day day) { return CivilFromDay(day - (WeekdayOf(day) - 1) + 3).year; }

// The days of `range` up to as_of; all of them when it lies after as_of.
fields::DayRange Seen(fields::DayRange range, Day as_of) {
  return as_of < range.from ? range : fields::DayRange{range.from, std::min(range.to, as_of)};
}

// The days that `shift` moves into `target`. Days without a counterpart at their end belong to a
// target that is `closed`: it ends with its month.
fields::DayRange BeforeClosed(const DayShift& shift, fields::DayRange target, bool closed) {
  fields::DayRange days = shift.Into(target);
  while (!closed && days.to >= days.from && !shift.HasCounterpart(days.to)) --days.to;
  return days;
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

Day DayShift::Of(Day day) const {
  if (iso_year) {
    const int32_t year = IsoYearOf(day);
    const Day offset = day - FirstMonday(year);
    return FirstMonday(year + 1) + std::min(offset, IsoDays(year + 1) - 1);
  }
  return (months == 0 ? day : Calendar::AddMonths(day, months)) + days;
}

bool DayShift::HasCounterpart(Day day) const {
  if (iso_year) {
    const int32_t year = IsoYearOf(day);
    return day - FirstMonday(year) < IsoDays(year + 1);
  }
  return months == 0 || CivilFromDay(Calendar::AddMonths(day, months)).day == CivilFromDay(day).day;
}

fields::DayRange DayShift::Into(fields::DayRange target) const {
  // Months differ by three days at most, ISO years by a week: the days that are looked for lie next
  // to the days moved back.
  constexpr Day kNear = 3, kShortestIsoShift = 357, kLongestIsoShift = 371;
  fields::DayRange range =
      iso_year ? fields::DayRange{target.from - kLongestIsoShift, target.to - kShortestIsoShift}
               : fields::DayRange{Calendar::AddMonths(target.from - days, -months) - kNear,
                                  Calendar::AddMonths(target.to - days, -months) + kNear};
  while (Of(range.from) < target.from) ++range.from;
  while (Of(range.to) > target.to) --range.to;
  return range;
}

fields::DayRange PreviousPeriod(fields::DayRange range) {
  const int months = MonthsOf(range);
  const Day from = months > 0 ? Calendar::AddMonths(range.from, -months)
                              : static_cast<Day>(range.from - range.Days());
  return {from, range.from - 1};
}

fields::DayRange PreviousPeriod(fields::DayRange range, Day as_of) {
  fields::DayRange before = PreviousPeriod(range);
  if (as_of >= range.from && as_of < range.to) {
    before.to = std::min(before.to, before.from + (as_of - range.from));
  }
  return before;
}

fields::DayRange SamePeriodLastYear(fields::DayRange range) {
  return BeforeClosed(kOneYear, range, MonthsOf(range) > 0);
}

Beside PreviousBeside(fields::DayRange own, Day as_of, std::optional<PeriodUnit> finest) {
  if (!finest.has_value()) return {PreviousPeriod(own, as_of), {}};
  const fields::DayRange seen = Seen(own, as_of);
  if (*finest == PeriodUnit::kWeek) {
    const auto days = static_cast<Day>((own.Days() + 6) / 7 * 7);
    return {{seen.from - days, seen.to - days}, {0, days}};
  }
  const int months = MonthsOf(own);
  if (months == 0) {
    const auto days = static_cast<Day>(own.Days());
    return {{seen.from - days, seen.to - days}, {0, days}};
  }
  const DayShift shift = {months, 0};
  return {BeforeClosed(shift, seen, seen == own), shift};
}

Beside LastYearBeside(const Calendar& calendar, fields::DayRange own, Day as_of,
                      std::optional<PeriodUnit> finest) {
  const fields::DayRange seen = Seen(own, as_of);
  if (finest == PeriodUnit::kWeek) {
    constexpr Day kWeeksDays = 52 * 7;
    const DayShift shift = calendar.iso_weeks() ? DayShift{0, 0, true} : DayShift{0, kWeeksDays};
    return {shift.Into(seen), shift};
  }
  const bool by_day = !finest.has_value() || *finest == PeriodUnit::kDay;
  const bool closed = by_day ? seen == own && MonthsOf(own) > 0 : IsLastOfMonth(seen.to);
  return {BeforeClosed(kOneYear, seen, closed), finest.has_value() ? kOneYear : DayShift()};
}

bool TellsCounterparts(const DayShift& shift, PeriodUnit unit) {
  return unit == PeriodUnit::kDay ? shift.months != 0 : shift.iso_year && unit == PeriodUnit::kWeek;
}

fields::DayRange PrecedingPart(const Calendar& calendar, PeriodUnit unit, int32_t period,
                               fields::DayRange covered) {
  const fields::DayRange own = DaysOf(calendar, unit, period),
                         before = DaysOf(calendar, unit, period - 1);
  if (covered == own) return before;
  const Day from = std::min(before.to, before.from + (covered.from - own.from));
  return {from, std::min(before.to, static_cast<Day>(from + covered.Days() - 1))};
}

fields::DayRange DaysOf(const Calendar& calendar, PeriodUnit unit, int32_t index) {
  return {calendar.FirstDay(unit, index), calendar.FirstDay(unit, index + 1) - 1};
}

bool IsFiner(PeriodUnit a, PeriodUnit b) { return LengthOf(a) < LengthOf(b); }

std::optional<int32_t> PeriodOfValue(const Calendar& calendar, PeriodUnit unit,
                                     const fields::Value& value) {
  if (const auto* label = std::get_if<std::string>(&value)) {
    const absl::StatusOr<int32_t> index = calendar.ParseLabel(unit, *label);
    if (index.ok()) return *index;
    return std::nullopt;
  }
  if (const auto* date = std::get_if<fields::DateValue>(&value))
    return calendar.PeriodOf(unit, date->day);
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<int32_t>(*number);
  return std::nullopt;
}

}  // namespace strata::analytics::kpi
