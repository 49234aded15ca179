#ifndef STRATA_CLIENT_CLI_MAPPING_TIME_H_
#define STRATA_CLIENT_CLI_MAPPING_TIME_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace strata::cli {

// Milliseconds since 1970-01-01T00:00:00Z of an ISO 8601 date or date and time: "2024-12-31",
// "2024-12-31 23:59", "2024-12-31T23:59:59.123", each with or without "Z" or an offset "+02:00".
// Without one it is local time in `zone`; a date alone is the local day's first instant. Digits
// beyond milliseconds are cut. Nothing for other text and for days and times that do not exist in
// any zone.
std::optional<int64_t> ParseInstant(absl::string_view text, absl::TimeZone zone);

// "2024-12-31" of the same texts: the day as it is written, whatever the time behind it.
std::optional<std::string> ParseDate(absl::string_view text);

// Reads `text` by a format of strptime(3) and writes it as ISO 8601: a date if the format has no
// hour, otherwise "2024-12-31 23:59:59". Known: %Y %y (00-68: 2000s, 69-99: 1900s) %m %d %e %b %B
// (English) %H %I %p %M %S %f (fraction) %z ("Z", "+0200", "+02:00") %T %F %D %%; one or two digits
// are taken where two are usual; white space matches any amount of it. Nothing when text and format
// do not agree, or the day does not exist.
std::optional<std::string> ReformatDate(absl::string_view text, absl::string_view format);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_MAPPING_TIME_H_
