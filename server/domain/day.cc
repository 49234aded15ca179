#include "server/domain/day.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"

namespace strata {
namespace {

constexpr absl::CivilDay kEpoch(1970, 1, 1);

// Reads `length` decimal digits at `begin`; -1 when one of them is no digit.
int Digits(absl::string_view text, size_t begin, size_t length) {
  int value = 0;
  for (size_t i = begin; i < begin + length; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

Day DayFromCivil(CivilDay civil) {
  return static_cast<Day>(absl::CivilDay(civil.year, civil.month, civil.day) - kEpoch);
}

CivilDay CivilFromDay(Day day) {
  const absl::CivilDay civil = kEpoch + day;
  return {static_cast<int32_t>(civil.year()), civil.month(), civil.day()};
}

int WeekdayOf(Day day) {
  const int since_monday = (day + 3) % 7;  // 1970-01-01 was a Thursday
  return (since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

absl::StatusOr<Day> ParseDay(absl::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not a date of the form YYYY-MM-DD"));
  }
  const int year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
  const absl::CivilDay civil(year, month, day);  // normalises, so a change means: no such day
  if (year < 1 || civil.year() != year || civil.month() != month || civil.day() != day) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no day of the calendar"));
  }
  return static_cast<Day>(civil - kEpoch);
}

std::string FormatDay(Day day) {
  const CivilDay civil = CivilFromDay(day);
  return absl::StrFormat("%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

std::string FormatInstant(Millis time) {
  Millis of_day = time % kMillisADay;
  if (of_day < 0) of_day += kMillisADay;
  const Day day = static_cast<Day>((time - of_day) / kMillisADay);
  const int64_t seconds = of_day / 1000;
  std::string text = absl::StrFormat("%sT%02d:%02d:%02d", FormatDay(day), seconds / 3600,
                                     seconds / 60 % 60, seconds % 60);
  if (of_day % 1000 != 0) absl::StrAppendFormat(&text, ".%03d", of_day % 1000);
  return text + "Z";
}

}  // namespace strata
