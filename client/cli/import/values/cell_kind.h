#ifndef STRATA_CLIENT_CLI_IMPORT_VALUES_CELL_KIND_H_
#define STRATA_CLIENT_CLI_IMPORT_VALUES_CELL_KIND_H_

#include "absl/strings/string_view.h"

namespace strata::imports {

// What the text of a field looks like, without knowing what it is meant to be.
enum class CellKind : uint8_t {
  kEmpty,
  kInteger,  // "12", "-3"
  kDecimal,  // "12.5", "$1,234.50", "1.234,50 EUR", "12%", "(3.00)"
  kDate,     // with or without a time of day
  kEmail,
  kText
};

// `text` without blanks around it.
CellKind KindOf(absl::string_view text);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_VALUES_CELL_KIND_H_
