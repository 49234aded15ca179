#include "client/cli/demo/demo_day.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace strata::cli {
namespace {

constexpr absl::CivilDay kEpoch(1970, 1, 1);

}  // namespace

Day DayFromCivil(absl::CivilDay civil) { return static_cast<Day>(civil - kEpoch); }

absl::CivilDay CivilFromDay(Day day) { return kEpoch + day; }

absl::StatusOr<Day> ParseDay(absl::string_view text) {
  absl::CivilDay civil;
  // Parsing takes blanks and short years too.
  if (!absl::ParseCivilTime(text, &civil) || absl::FormatCivilTime(civil) != text) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is no day of the calendar; write YYYY-MM-DD"));
  }
  return DayFromCivil(civil);
}

std::string FormatDay(Day day) { return absl::FormatCivilTime(CivilFromDay(day)); }

}  // namespace strata::cli
