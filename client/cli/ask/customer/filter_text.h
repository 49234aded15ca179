#ifndef STRATA_CLIENT_CLI_ASK_CUSTOMER_FILTER_TEXT_H_
#define STRATA_CLIENT_CLI_ASK_CUSTOMER_FILTER_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace strata::cli {

// `text` as a literal of the filter language that means exactly it: in quotes, with quotes, stars
// and backslashes escaped.
std::string FilterText(absl::string_view text);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_CUSTOMER_FILTER_TEXT_H_
