#ifndef STRATA_CLIENT_CLI_PRESENT_TERMINAL_H_
#define STRATA_CLIENT_CLI_PRESENT_TERMINAL_H_

#include <iosfwd>

namespace strata::cli {

// Where a command writes. Tests put string streams here.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // Bars, sparklines and bold text on `out`: a terminal and no NO_COLOR.
  bool rich = false;
  // Whether a rich `out` takes escape sequences (bold, colours): a document does not.
  bool escapes = true;
  int width = 80;  // columns of `out`
};

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PRESENT_TERMINAL_H_
