#ifndef STRATA_CLIENT_CLI_DEMO_DEMO_DAY_H_
#define STRATA_CLIENT_CLI_DEMO_DEMO_DAY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace strata::cli {

// A calendar day: days since 1970-01-01.
using Day = int32_t;

Day DayFromCivil(absl::CivilDay civil);
absl::CivilDay CivilFromDay(Day day);

// "2024-12-31". INVALID_ARGUMENT for any other text.
absl::StatusOr<Day> ParseDay(absl::string_view text);
std::string FormatDay(Day day);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_DEMO_DEMO_DAY_H_
