#ifndef STRATA_SERVER_ANALYTICS_CLASSES_REVENUE_ORDER_H_
#define STRATA_SERVER_ANALYTICS_CLASSES_REVENUE_ORDER_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/analytics/facts/sum_column.h"
#include "server/domain/settings.h"
#include "server/image/columns.h"
#include "server/image/dictionary.h"

// Customers by revenue, highest first, ties by customer id (bytewise).

namespace strata::analytics::classes {

// `revenue` and `ids` are by slot.
void SortByRevenue(std::vector<image::Slot>& slots, facts::SumView revenue,
                   const image::TextList& ids);

// How many of n customers a share makes: share_bp basis points of n. Integers, because 0.29 * 100
// floors to 28 in doubles. `kRound` rounds halves up.
int64_t CountOfShare(int64_t n, int share_bp, ShareRounding rounding);

// Tells whether a customer is one of the `count` highest of some.
class TopByRevenue {
 public:
  // For each count, which ascend and are at most slots.size(), without sorting the slots.
  static std::vector<TopByRevenue> Find(absl::Span<const image::Slot> slots,
                                        absl::Span<const size_t> counts, facts::SumView revenue,
                                        const image::TextList& ids);

  // For one of the slots; `held` is what the column of Find holds for it.
  bool Contains(image::Slot slot, int64_t held) const {
    if (none_ || held < threshold_) return false;
    return held > threshold_ ||
           std::binary_search(at_threshold_.begin(), at_threshold_.end(), slot);
  }

 private:
  bool none_ = true;
  int64_t threshold_ = 0;                  // more than this is in
  std::vector<image::Slot> at_threshold_;  // of those that equal it, these are in; ascending
};

}  // namespace strata::analytics::classes

#endif  // STRATA_SERVER_ANALYTICS_CLASSES_REVENUE_ORDER_H_
