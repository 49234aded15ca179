#ifndef STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_TIME_H_
#define STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_TIME_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace strata::imports {

// Milliseconds since 1970-01-01T00:00:00Z of an ISO 8601 date or date and time: "2024-12-31",
// "2024-12-31 23:59", "2024-12-31T23:59:59.123", each with or without "Z", "UTC", "GMT" or an
// offset
// "+02:00".
// Without one it is local time in `zone`; a date alone is the local day's first instant. Digits
// beyond milliseconds are cut. Nothing for other text and for days and times that do not exist in
// any zone.
std::optional<int64_t> ParseInstant(absl::string_view text, absl::TimeZone zone);

// "2024-12-31" of the same texts: the day as it is written, whatever the time behind it.
std::optional<std::string> ParseDate(absl::string_view text);

// Reads `text` by a format of strptime(3) and writes it as ISO 8601: a date if the format has no
// hour, otherwise "2024-12-31 23:59:59".
//
//   %Y %y      year with four or two digits; two are 1969 to 2068, or the hundred years from the
//              one that the format begins with: "[1925]%d-%m-%y"
//   %m %b %B   month as a number or an English name, whole or with its first letters (Jan, Sept)
//   %d %e %j   day of the month, day of the year
//   %a %A      English name of the weekday, which must be the day's
//   %H %k      hour 0 to 23, %I %l 1 to 12 with %p (am, PM, a.m.)
//   %M %S %f   minute, second, fraction of a second
//   %s         seconds since 1970, alone
//   %z %Z      "Z", "+0200", "+02:00"; "UTC", "GMT", or a zone such as Europe/Berlin
//   %F %D %T %R %r   as %Y-%m-%d, %m/%d/%y, %H:%M:%S, %H:%M, %I:%M:%S %p
//   %n %t %%   white space, a percent sign
//
// One or two digits are taken where two are usual; white space matches any amount of it. Nothing
// when text and format do not agree, or the day does not exist.
std::optional<std::string> ReformatDate(absl::string_view text, absl::string_view format);

// What is wrong with a format, for people: a directive that is not among those; empty for nothing.
std::string FormatFault(absl::string_view format);

// Whether a format has %y without the first year of its hundred.
bool HasTwoDigitYear(absl::string_view format);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_TIME_H_
