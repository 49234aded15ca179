#ifndef STRATA_SERVER_DOMAIN_NEAREST_NAMES_H_
#define STRATA_SERVER_DOMAIN_NEAREST_NAMES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

// What somebody may have meant who wrote a name that there is not.

namespace strata {

// Edits that make one name of the other [Levenshtein], by bytes, without ASCII case. Names of any
// length can be sent: what lies behind the first 100 bytes is not looked at.
size_t EditDistance(absl::string_view a, absl::string_view b);

// Up to three of `names` that `name` may have been meant to be: the nearest by edit distance, ties
// in the order given. All of them when there are at most three.
std::vector<absl::string_view> NearestNames(absl::string_view name,
                                            absl::Span<const absl::string_view> names);

// Up to three of `texts`, values of somebody's data, that `text` likely stands for, most likely
// first: another case or form of it (Unicode case folding, NFKC, outer blanks), a slip of one
// letter, its initials or abbreviation ("US" and "United States", either way), one that begins with
// it, holds it, or is a few edits away. Ties in the order given; none when nothing is like it.
std::vector<absl::string_view> LikelyMeant(absl::string_view text,
                                           absl::Span<const absl::string_view> texts);

// `text` as texts are compared that differ by case or form only: Unicode's NFKC_Casefold, outer
// blanks cut off and inner runs of them one blank. Text that is no UTF-8 stays as it is.
std::string FoldedForm(absl::string_view text);

}  // namespace strata

#endif  // STRATA_SERVER_DOMAIN_NEAREST_NAMES_H_
