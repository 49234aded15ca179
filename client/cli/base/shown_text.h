#ifndef STRATA_CLIENT_CLI_BASE_SHOWN_TEXT_H_
#define STRATA_CLIENT_CLI_BASE_SHOWN_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// Somebody's data inside a message: never longer than a part of a line.
namespace strata {

// At most `most` bytes of `text`, cut between characters, with "..." behind what was cut.
std::string Shortened(absl::string_view text, size_t most = 60);

// "a, b, c" of names, each shortened, "... (40 in all)" behind the first dozen.
std::string ShortList(const std::vector<std::string>& names);

// Of `names` the one that is most like `name` without case, or nothing that is near.
std::string NearestOf(absl::string_view name, const std::vector<std::string>& names);

}  // namespace strata

#endif  // STRATA_CLIENT_CLI_BASE_SHOWN_TEXT_H_
