#include "client/cli/ask/customer/filter_text.h"

namespace strata::cli {

std::string FilterText(absl::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"' || c == '*') literal += '\\';
    literal += c;
  }
  return literal + '"';
}

}  // namespace strata::cli
