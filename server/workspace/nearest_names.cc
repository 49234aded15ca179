#include "server/workspace/nearest_names.h"

#include <algorithm>
#include <numeric>

namespace strata {
namespace {

constexpr size_t kShown = 3;

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<absl::string_view> NearestNames(absl::string_view name,
                                            absl::Span<const absl::string_view> names) {
  // A name of any length can be sent; what is longer than any real one is near to none.
  name = name.substr(0, 100);
  std::vector<absl::string_view> sorted(names.begin(), names.end());
  std::stable_sort(sorted.begin(), sorted.end(), [name](absl::string_view a, absl::string_view b) {
    return EditDistance(name, a) < EditDistance(name, b);
  });
  if (sorted.size() > kShown) sorted.resize(kShown);
  return sorted;
}

}  // namespace strata
