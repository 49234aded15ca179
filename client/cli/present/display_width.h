#ifndef STRATA_CLIENT_CLI_PRESENT_DISPLAY_WIDTH_H_
#define STRATA_CLIENT_CLI_PRESENT_DISPLAY_WIDTH_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/domain/unicode.h"  // Printable, for whoever lays out text

namespace strata::cli {

// Columns that `text` takes on a terminal. What readers see as one character (a letter with its
// marks, joined consonants, jamo of one syllable, a flag, joined emoji) [Unicode Standard Annex 29]
// takes one or two: East Asian wide characters and emoji take two [Annex 11], a mark that is
// written beside its letter widens it to two. A byte that is no UTF-8 takes one. Our own colours
// ("\x1b[1m") take none.
int DisplayWidth(absl::string_view text);

enum class Align { kLeft, kRight };

// `text` with blanks up to `width` columns; longer text stays as it is.
std::string Pad(absl::string_view text, int width, Align align);

// Bytes of the longest beginning of `text` that fits in `width` columns, at least one character.
size_t FittingBytes(absl::string_view text, int width);

// The lines of `text`, broken at words, in `width` columns (0: as wide as it is); a word that is
// longer is broken between characters. `mark` stands in front of the first line and takes its
// columns from all of them: the others are indented as much.
std::vector<std::string> WrappedLines(absl::string_view text, absl::string_view mark, int width);

// The longest beginning of `text` that fits in `width` columns together with "…", or all of it.
// Cuts between characters as readers see them, and never leaves a colour on.
std::string Truncate(absl::string_view text, int width);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PRESENT_DISPLAY_WIDTH_H_
