#ifndef STRATA_SERVER_DOMAIN_DAY_H_
#define STRATA_SERVER_DOMAIN_DAY_H_

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace strata {

// A calendar day: days since 1970-01-01 in the proleptic Gregorian calendar. It has no time zone;
// Calendar turns instants into days of a workspace.
using Day = int32_t;

// An instant: milliseconds since 1970-01-01T00:00:00Z.
using Millis = int64_t;

inline constexpr Day kNoDay = std::numeric_limits<Day>::min();
inline constexpr Millis kNoTime = std::numeric_limits<Millis>::min();
inline constexpr Millis kMillisADay = 86'400'000;

struct CivilDay {
  int32_t year;
  int32_t month;  // 1..12
  int32_t day;    // 1..31
};

Day DayFromCivil(CivilDay civil);
CivilDay CivilFromDay(Day day);

// 1 = Monday ... 7 = Sunday (ISO 8601).
int WeekdayOf(Day day);

// "2024-12-31", years 0001 to 9999. INVALID_ARGUMENT says what is wrong with the text.
absl::StatusOr<Day> ParseDay(absl::string_view text);
std::string FormatDay(Day day);

// "2024-12-31T23:59:59.123Z"; the milliseconds are left out when zero.
std::string FormatInstant(Millis time);

}  // namespace strata

#endif  // STRATA_SERVER_DOMAIN_DAY_H_
