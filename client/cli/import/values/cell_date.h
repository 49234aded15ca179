#ifndef STRATA_CLIENT_CLI_IMPORT_VALUES_CELL_DATE_H_
#define STRATA_CLIENT_CLI_IMPORT_VALUES_CELL_DATE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace strata::imports {

// The form of a date as text, and what tells the order of day and month.
struct DateShape {
  // A format of strptime, in which "%?1" and "%?2" stand for day and month in an order that this
  // text alone may not tell: "%?1/%?2/%Y %H:%M". Without them the form is certain. Empty: the text
  // is ISO 8601 already.
  std::string format;
  int first = 0, second = 0;  // what stands for %?1 and %?2
  bool has_time = false;
};

// Nothing for a text that is no date.
std::optional<DateShape> ShapeOfDate(absl::string_view text);

// The format of strptime for one order of day and month.
std::string FormatOf(const std::string& shape, bool day_first);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_VALUES_CELL_DATE_H_
