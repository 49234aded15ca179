#ifndef STRATA_CLIENT_CLI_MAPPING_FUNCTIONS_H_
#define STRATA_CLIENT_CLI_MAPPING_FUNCTIONS_H_

#include "absl/status/status.h"

struct sqlite3;

namespace strata::cli {

// Adds the functions that mappings may call beside SQLite's own. Each gives NULL where an argument
// is NULL or empty. Text that cannot be read comes back as it is, so that the record it goes into
// is refused with that text rather than the whole SELECT.
//
//   parse_date(text, format, ...)  the first format of strptime(3) that fits, as ISO 8601, see
//                                  mapping_time.h: parse_date(d, '%m/%d/%Y %H:%M', '%m/%d/%y')
//   parse_decimal(text)            the number in "$1,234.50", "(12)", "12.5%", see mapping_money.h
//   parse_decimal(text, ',')       the number in "1.234,50 EUR"
//   normal_text(text)              composed, without blanks around and invisible characters, see
//                                  text_normal.h: what --normalise does to all columns
//   mul_decimal(a, b, ...)         exact product of decimal numbers
//   add_decimal(a, b, ...)         exact sum
//   sub_decimal(a, b)              exact difference
//   round_decimal(a, places)       half away from zero
//   sum_decimal(a)                 aggregate: exact sum; NULL over no rows
//
// SQLite's own arithmetic on columns of text is in doubles, which hold neither 0.1 nor the sum of a
// million prices.
absl::Status AddMappingFunctions(sqlite3* database);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_MAPPING_FUNCTIONS_H_
