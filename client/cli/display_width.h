#ifndef STRATA_CLIENT_CLI_DISPLAY_WIDTH_H_
#define STRATA_CLIENT_CLI_DISPLAY_WIDTH_H_

#include <string>

#include "absl/strings/string_view.h"

namespace strata::cli {

// Columns that `text` takes on a terminal: combining marks take none, East Asian wide characters
// and emoji two (Unicode Standard Annex 11). A byte that is no UTF-8 takes one.
int DisplayWidth(absl::string_view text);

enum class Align { kLeft, kRight };

// `text` with blanks up to `width` columns; longer text stays as it is.
std::string Pad(absl::string_view text, int width, Align align);

// The longest beginning of `text` that fits in `width` columns together with "…", or all of it.
std::string Truncate(absl::string_view text, int width);

// `text` fit for a terminal: control characters (escape sequences in somebody's data) and bytes
// that are no UTF-8 become '?'.
std::string Printable(absl::string_view text);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_DISPLAY_WIDTH_H_
