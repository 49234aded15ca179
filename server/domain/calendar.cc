#include "server/domain/calendar.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "server/base/status_macros.h"

namespace strata {
namespace {

Millis FloorDiv(Millis value, Millis divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

int32_t FloorDiv(int32_t value, int32_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// Months since January of the year 0.
int32_t MonthIndex(Day day) {
  const CivilDay civil = CivilFromDay(day);
  return civil.year * 12 + civil.month - 1;
}

Day FirstDayOfMonth(int32_t month_index) {
  const int32_t year = FloorDiv(month_index, 12);
  return DayFromCivil({year, month_index - year * 12 + 1, 1});
}

constexpr Day kFirstMonday = -3;  // 1969-12-29, Monday of the week of 1970-01-01

absl::Status NoSuchPeriod(absl::string_view label, absl::string_view form) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", label, "\" names no period of the form ", form));
}

}  // namespace

absl::StatusOr<Calendar> Calendar::Create(absl::string_view time_zone, int fiscal_first_month,
                                          int first_weekday) {
  absl::TimeZone zone;
  if (time_zone.empty() || !absl::LoadTimeZone(time_zone, &zone)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", time_zone, "\" is not a time zone of the IANA database"));
  }
  if (fiscal_first_month < 1 || fiscal_first_month > 12) {
    return absl::InvalidArgumentError("the first month of the fiscal year lies in 1..12");
  }
  if (first_weekday < 1 || first_weekday > 7) {
    return absl::InvalidArgumentError("the first day of the week lies in 1..7");
  }
  return Calendar(zone, fiscal_first_month, first_weekday);
}

Day Calendar::FirstWeek() const { return kFirstMonday + first_weekday_ - 1; }

Day Calendar::DayOf(Millis time) const {
  const absl::CivilSecond local = zone_.At(absl::FromUnixMillis(time)).cs;
  return DayFromCivil({static_cast<int32_t>(local.year()), local.month(), local.day()});
}

Millis Calendar::StartOf(Day day) const {
  const CivilDay civil = CivilFromDay(day);
  const absl::TimeZone::TimeInfo info =
      zone_.At(absl::CivilSecond(civil.year, civil.month, civil.day));
  // Where midnight is skipped the day starts at the transition, where it is repeated at the first.
  return absl::ToUnixMillis(info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre);
}

int32_t Calendar::PeriodOf(PeriodUnit unit, Day day) const {
  switch (unit) {
    case PeriodUnit::kDay:
      return day;
    case PeriodUnit::kWeek:
      return FloorDiv(day - FirstWeek(), 7);
    case PeriodUnit::kMonth:
      return MonthIndex(day);
    case PeriodUnit::kQuarter:
      return FloorDiv(MonthIndex(day), 3);
    case PeriodUnit::kFiscalQuarter:
      return FloorDiv(MonthIndex(day) - (fiscal_first_month_ - 1), 3);
    case PeriodUnit::kYear:
      return CivilFromDay(day).year;
    case PeriodUnit::kFiscalYear:
      return FloorDiv(MonthIndex(day) - (fiscal_first_month_ - 1), 12);
  }
  return 0;
}

Day Calendar::FirstDay(PeriodUnit unit, int32_t index) const {
  switch (unit) {
    case PeriodUnit::kDay:
      return index;
    case PeriodUnit::kWeek:
      return index * 7 + FirstWeek();
    case PeriodUnit::kMonth:
      return FirstDayOfMonth(index);
    case PeriodUnit::kQuarter:
      return FirstDayOfMonth(index * 3);
    case PeriodUnit::kFiscalQuarter:
      return FirstDayOfMonth(index * 3 + fiscal_first_month_ - 1);
    case PeriodUnit::kYear:
      return DayFromCivil({index, 1, 1});
    case PeriodUnit::kFiscalYear:
      return FirstDayOfMonth(index * 12 + fiscal_first_month_ - 1);
  }
  return 0;
}

std::string Calendar::Label(PeriodUnit unit, int32_t index) const {
  // A fiscal year that starts in January is named after its own year, any other after the next.
  const int32_t fiscal_shift = fiscal_first_month_ == 1 ? 0 : 1;
  switch (unit) {
    case PeriodUnit::kDay:
      return FormatDay(index);
    case PeriodUnit::kWeek: {
      if (!iso_weeks()) return FormatDay(FirstDay(unit, index));
      // An ISO week belongs to the year of its Thursday.
      const Day monday = FirstDay(unit, index);
      const CivilDay thursday = CivilFromDay(monday + 3);
      const int week = (monday + 3 - DayFromCivil({thursday.year, 1, 1})) / 7 + 1;
      return absl::StrFormat("%04d-W%02d", thursday.year, week);
    }
    case PeriodUnit::kMonth: {
      const int32_t year = FloorDiv(index, 12);
      return absl::StrFormat("%04d-%02d", year, index - year * 12 + 1);
    }
    case PeriodUnit::kQuarter: {
      const int32_t year = FloorDiv(index, 4);
      return absl::StrFormat("%04d-Q%d", year, index - year * 4 + 1);
    }
    case PeriodUnit::kFiscalQuarter: {
      const int32_t year = FloorDiv(index, 4);
      return absl::StrFormat("FY%04d-Q%d", year + fiscal_shift, index - year * 4 + 1);
    }
    case PeriodUnit::kYear:
      return absl::StrFormat("%04d", index);
    case PeriodUnit::kFiscalYear:
      return absl::StrFormat("FY%04d", index + fiscal_shift);
  }
  return "";
}

absl::StatusOr<int32_t> Calendar::ParseLabel(PeriodUnit unit, absl::string_view label) const {
  const int32_t fiscal_shift = fiscal_first_month_ == 1 ? 0 : 1;
  absl::string_view rest = label;
  int32_t year = 0, part = 0;
  const auto parse_year_and = [&](absl::string_view infix, int32_t lowest, int32_t highest) {
    const size_t at = rest.find(infix);
    return at == 4 && absl::SimpleAtoi(rest.substr(0, 4), &year) &&
           absl::SimpleAtoi(rest.substr(at + infix.size()), &part) && part >= lowest &&
           part <= highest;
  };
  int32_t index = 0;
  switch (unit) {
    case PeriodUnit::kDay:
      return ParseDay(label);
    case PeriodUnit::kWeek:
      if (!iso_weeks()) {
        STRATA_ASSIGN_OR_RETURN(const Day first, ParseDay(label));
        index = PeriodOf(unit, first);
        break;
      }
      if (!parse_year_and("-W", 1, 53)) return NoSuchPeriod(label, "YYYY-Www");
      index = PeriodOf(unit, DayFromCivil({year, 1, 4})) + part - 1;  // 4 January is in week 1
      break;
    case PeriodUnit::kMonth:
      if (!parse_year_and("-", 1, 12)) return NoSuchPeriod(label, "YYYY-MM");
      index = year * 12 + part - 1;
      break;
    case PeriodUnit::kQuarter:
      if (!parse_year_and("-Q", 1, 4)) return NoSuchPeriod(label, "YYYY-Qq");
      index = year * 4 + part - 1;
      break;
    case PeriodUnit::kFiscalQuarter:
      if (!absl::ConsumePrefix(&rest, "FY") || !parse_year_and("-Q", 1, 4)) {
        return NoSuchPeriod(label, "FYYYYY-Qq");
      }
      index = (year - fiscal_shift) * 4 + part - 1;
      break;
    case PeriodUnit::kYear:
      if (rest.size() != 4 || !absl::SimpleAtoi(rest, &year)) return NoSuchPeriod(label, "YYYY");
      index = year;
      break;
    case PeriodUnit::kFiscalYear:
      if (!absl::ConsumePrefix(&rest, "FY") || !absl::SimpleAtoi(rest, &year)) {
        return NoSuchPeriod(label, "FYYYYY");
      }
      index = year - fiscal_shift;
      break;
  }
  if (Label(unit, index) != label) return NoSuchPeriod(label, Label(unit, index));
  return index;
}

Day Calendar::AddMonths(Day day, int months) {
  const int32_t target = MonthIndex(day) + months;
  const Day first = FirstDayOfMonth(target);
  const Day last = FirstDayOfMonth(target + 1) - 1;
  const Day moved = first + CivilFromDay(day).day - 1;
  return moved < last ? moved : last;
}

Day DayFinder::DayOf(Millis time) {
  if (time < valid_from_ || time >= valid_until_) {
    const absl::Time instant = absl::FromUnixMillis(time);
    absl::TimeZone::CivilTransition transition;
    offset_ = Millis{zone_.At(instant).offset} * 1000;
    // PrevTransition looks strictly before its argument: ask from one nanosecond later.
    valid_from_ = zone_.PrevTransition(instant + absl::Nanoseconds(1), &transition)
                      ? absl::ToUnixMillis(zone_.At(transition.to).trans)
                      : std::numeric_limits<Millis>::min();
    valid_until_ = zone_.NextTransition(instant, &transition)
                       ? absl::ToUnixMillis(zone_.At(transition.to).trans)
                       : std::numeric_limits<Millis>::max();
  }
  return static_cast<Day>(FloorDiv(time + offset_, kMillisADay));
}

}  // namespace strata
