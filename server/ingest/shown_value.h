#ifndef STRATA_SERVER_INGEST_SHOWN_VALUE_H_
#define STRATA_SERVER_INGEST_SHOWN_VALUE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "server/domain/day.h"
#include "server/domain/money.h"

namespace strata::ingest {

// Values of records as messages show them: short, on one line, whatever they hold.

// In quotes, cut to 60 bytes at a character, and Printable (server/domain/unicode.h).
std::string Shown(absl::string_view text);

// "2024-01-10", with the time of day behind it unless that is midnight UTC.
std::string ShownTime(Millis time);
// "12.5", of micros.
std::string ShownMoney(Micros amount);
// "12,001".
std::string ShownCount(size_t count);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_SHOWN_VALUE_H_
