// parse_date, parse_epoch, parse_serial_date, in_zone: dates as other programs write them.

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "client/cli/import/mapping/mapping_functions.h"
#include "client/cli/import/mapping/sql_value.h"
#include "client/cli/import/values/mapping_decimal.h"
#include "client/cli/import/values/mapping_time.h"

namespace strata::imports {
namespace {

constexpr int kMostForms = 32;
constexpr int64_t kLastSerial = 2'958'465;  // 9999-12-31 in spreadsheets
constexpr __int128 kMillisADay = 86'400'000;

// strata_parse_date(call, argument's text, text, format, ...): RewriteMapping names the call.
void ParseDate(sqlite3_context* context, int count, sqlite3_value** values) {
  if (count < 4 || count > 3 + kMostForms) {
    return sqlite3_result_error(context, "parse_date takes a text and one or more formats", -1);
  }
  std::vector<std::string> formats;
  for (int i = 3; i < count; ++i) {
    formats.emplace_back(TextOf(values[i]));
    const std::string wrong = FormatFault(formats.back());
    if (!wrong.empty()) return sqlite3_result_error(context, wrong.c_str(), -1);
  }
  if (PassFaultOn(context, 1, values + 2)) return;
  if (IsEmpty(values[2])) return sqlite3_result_null(context);
  MappingContext& mapping = ContextOf(context);
  const DateForms::Reading reading =
      mapping.dates.Read(sqlite3_value_int(values[0]), TextOf(values[1]), TextOf(values[2]),
                         formats, mapping.observing);
  if (!reading.iso) return ReturnFault(context, reading.reason, reading.message, TextOf(values[2]));
  ReturnText(context, *reading.iso);
}

// The value times `unit`, if that is a whole number of milliseconds that some day has, cut to them.
std::optional<int64_t> MillisOf(absl::string_view text, int64_t above, int64_t below) {
  const std::optional<Decimal> value = Decimal::Parse(text);
  if (!value) return std::nullopt;
  std::optional<Decimal> millis = Decimal::Multiply(*value, {above, 0});
  if (!millis) return std::nullopt;
  __int128 whole = millis->digits;
  __int128 divisor = below;
  for (int i = 0; i < millis->scale; ++i) divisor *= 10;
  __int128 quotient = whole / divisor;
  if (whole % divisor < 0) --quotient;             // towards the past, as digits are cut elsewhere
  constexpr __int128 kMost = 253'402'300'800'000;  // the year 10000
  if (quotient <= -62'135'596'800'000 || quotient >= kMost) return std::nullopt;
  return static_cast<int64_t>(quotient);
}

void ParseEpoch(sqlite3_context* context, int, sqlite3_value** values) {
  if (PassFaultOn(context, 1, values)) return;
  if (IsEmpty(values[0])) return sqlite3_result_null(context);
  const absl::string_view unit = TextOf(values[1]);
  int64_t above = 1, below = 1;
  if (unit == "s") {
    above = 1'000;
  } else if (unit == "us") {
    below = 1'000;
  } else if (unit == "ns") {
    below = 1'000'000;
  } else if (unit != "ms") {
    return sqlite3_result_error(context, "parse_epoch takes a unit: 's', 'ms', 'us' or 'ns'", -1);
  }
  const std::optional<int64_t> millis = MillisOf(TextOf(values[0]), above, below);
  if (!millis) {
    return ReturnFault(context, "INVALID_TIME",
                       absl::StrCat(Shown(TextOf(values[0])), " is not a number of ", unit,
                                    " since 1970 within the years 1 to 9999"),
                       TextOf(values[0]));
  }
  const absl::Time time = absl::FromUnixMillis(*millis);
  ReturnText(
      context,
      absl::StrCat(absl::FormatTime("%E4Y-%m-%d %H:%M:%E3S", time, absl::UTCTimeZone()), "Z"));
}

// parse_serial_date(number) or (number, 1904): days since 1900-01-01 (the 1st) or since 1904-01-01
// (the 0th), the fraction is the time of day. Spreadsheets count a 29 February 1900, which never
// was: the 60th.
void ParseSerialDate(sqlite3_context* context, int count, sqlite3_value** values) {
  if (PassFaultOn(context, 1, values)) return;
  if (IsEmpty(values[0])) return sqlite3_result_null(context);
  const int system = count == 2 ? sqlite3_value_int(values[1]) : 1900;
  if (system != 1900 && system != 1904) {
    return sqlite3_result_error(context, "parse_serial_date counts from 1900 or 1904", -1);
  }
  const std::optional<Decimal> serial = Decimal::Parse(TextOf(values[0]));
  const std::optional<Decimal> scaled =
      serial ? Decimal::Multiply(*serial, {kMillisADay, 0}) : std::nullopt;
  const __int128 millis = scaled ? scaled->Round(0).digits : -1;
  const auto days = static_cast<int64_t>(millis / kMillisADay);
  const bool exists = scaled && millis >= (system == 1900 ? kMillisADay : 0) &&
                      days <= kLastSerial && (system == 1904 || days != 60);
  if (!exists) {
    return ReturnFault(
        context, "INVALID_DATE",
        absl::StrCat(Shown(TextOf(values[0])), " is not the number of a day in a spreadsheet"),
        TextOf(values[0]));
  }
  const absl::CivilDay first = system == 1904 ? absl::CivilDay(1904, 1, 1)
                               : days < 60    ? absl::CivilDay(1899, 12, 31)
                                              : absl::CivilDay(1899, 12, 30);
  std::string iso = absl::FormatCivilTime(first + days);
  // Spreadsheets show seconds; a third of a day is 08:00:00, not 07:59:59.999.
  const auto rest = static_cast<int64_t>(millis % kMillisADay);
  if (rest > 0) {
    const int64_t seconds = std::min<int64_t>((rest + 500) / 1'000, 86'399);
    absl::StrAppendFormat(&iso, " %02d:%02d:%02d", seconds / 3'600, seconds / 60 % 60,
                          seconds % 60);
  }
  ReturnText(context, iso);
}

// in_zone(time, 'Europe/Berlin'): a time without an offset as one of that zone.
void InZone(sqlite3_context* context, int, sqlite3_value** values) {
  if (PassFaultOn(context, 1, values)) return;
  if (IsEmpty(values[0])) return sqlite3_result_null(context);
  absl::TimeZone zone;
  const std::string name(TextOf(values[1]));
  if (!absl::LoadTimeZone(name, &zone)) {
    return sqlite3_result_error(
        context,
        absl::StrCat("in_zone: this machine does not know the time zone \"", name, "\"").c_str(),
        -1);
  }
  const std::optional<int64_t> millis = ParseInstant(TextOf(values[0]), zone);
  if (!millis) {
    return ReturnFault(context, "INVALID_TIME",
                       absl::StrCat(Shown(TextOf(values[0])),
                                    " is not a date or time like 2024-12-31 23:59:59; parse_date "
                                    "reads other forms"),
                       TextOf(values[0]));
  }
  ReturnText(context,
             absl::FormatTime("%E4Y-%m-%d %H:%M:%E3S%Ez", absl::FromUnixMillis(*millis), zone));
}

}  // namespace

bool AddDateFunctions(sqlite3* database, MappingContext* context) {
  return AddScalar(database, context, "strata_parse_date", -1, ParseDate) &&
         AddScalar(database, context, "parse_epoch", 2, ParseEpoch) &&
         AddScalar(database, context, "parse_serial_date", 1, ParseSerialDate) &&
         AddScalar(database, context, "parse_serial_date", 2, ParseSerialDate) &&
         AddScalar(database, context, "in_zone", 2, InZone);
}

}  // namespace strata::imports
