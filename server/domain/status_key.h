#ifndef STRATA_SERVER_DOMAIN_STATUS_KEY_H_
#define STRATA_SERVER_DOMAIN_STATUS_KEY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// How statuses are compared, of orders and of contracts alike: trimmed of white space, by Unicode
// case folding, and with composed and decomposed letters taken for the same. Statuses that are
// stored, shown and grouped by keep their own text.

namespace strata {

// Two statuses are the same when their keys are equal. The key of a key is itself. Text that is no
// UTF-8 is compared byte by byte.
std::string StatusKey(absl::string_view status);

// The keys of `statuses`, ascending, each once; without those that are nothing but white space.
std::vector<std::string> StatusKeys(const std::vector<std::string>& statuses);

// Whether `status` is one of `keys`, which StatusKeys made. The one comparison.
bool HasStatus(const std::vector<std::string>& keys, absl::string_view status);

}  // namespace strata

#endif  // STRATA_SERVER_DOMAIN_STATUS_KEY_H_
