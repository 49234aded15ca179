#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_SQL_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_SQL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace strata::imports {

// Rewrites a statement of a mapping so that it never takes text for a number by its prefix, as
// SQLite does ("1,250.00" * 2 is 2 there): arithmetic (+ - * / %), casts to numeric types,
// comparisons with a number and aggregate min() and max() become calls of checking functions
// (number_functions.cc); sum(), avg(), round() and the like are replaced by functions of the same
// names. Each parse_date gets a number, counted on in `date_calls`, and the text of its argument.
// Line breaks stay, so that messages name the right line. A final ORDER BY is left alone: nothing
// that is stored depends on its arithmetic.
std::string RewriteStatement(absl::string_view sql, int* date_calls);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_SQL_H_
