#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_MOVER_RANKS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_MOVER_RANKS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/analytics/facts/sum_column.h"
#include "server/image/columns.h"
#include "server/image/dictionary.h"

namespace strata::analytics::insight {

// The field revenue_rank of a few customers, counted instead of sorting everybody: place by revenue
// among the customers with an order, 1 is the highest, ties by id; 0 for one without an order.
// `revenue`, `orders` and `ids` are by slot; the ranks in the order of `slots`, each named once.
// One pass over all customers, whatever the number asked for.
std::vector<int64_t> RevenueRanksOf(absl::Span<const image::Slot> slots, facts::SumView revenue,
                                    absl::Span<const int64_t> orders, const image::TextList& ids);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_MOVER_RANKS_H_
