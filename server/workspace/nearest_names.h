#ifndef STRATA_SERVER_WORKSPACE_NEAREST_NAMES_H_
#define STRATA_SERVER_WORKSPACE_NEAREST_NAMES_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace strata {

// Up to three of `names` that `name` may have been meant to be: the nearest by edit distance
// [Levenshtein], ties in the order given. All of them when there are at most three.
std::vector<absl::string_view> NearestNames(absl::string_view name,
                                            absl::Span<const absl::string_view> names);

}  // namespace strata

#endif  // STRATA_SERVER_WORKSPACE_NEAREST_NAMES_H_
