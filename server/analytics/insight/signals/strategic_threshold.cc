#include "server/analytics/insight/signals/strategic_threshold.h"

#include <algorithm>
#include <functional>

#include "server/analytics/classes/revenue_order.h"
#include "server/base/scan_pool.h"
#include "server/domain/calendar.h"

namespace strata::analytics::insight {

TrailingYears::TrailingYears() : amounts_(ScanWorkers()) {}

MicrosSum TrailingYears::Look(size_t worker, const facts::CustomerEvents& events, Day as_of) {
  const Day year_after = Calendar::ShiftLastDay(as_of, -12);
  MicrosSum amount = 0;
  for (auto order = events.orders.rbegin(); order != events.orders.rend(); ++order) {
    if (order->day <= year_after) break;
    if (order->day <= as_of) amount += order->amount;
  }
  if (amount > 0) amounts_[worker].push_back(amount);
  return amount;
}

MicrosSum TrailingYears::Threshold(int strategic_share_bp) const {
  std::vector<MicrosSum> all;
  for (const std::vector<MicrosSum>& part : amounts_)
    all.insert(all.end(), part.begin(), part.end());
  if (all.empty()) return 0;
  const int64_t rank =
      std::max<int64_t>(1, classes::CountOfShare(static_cast<int64_t>(all.size()),
                                                 strategic_share_bp, ShareRounding::kFloor));
  std::nth_element(all.begin(), all.begin() + rank - 1, all.end(), std::greater<>());
  return all[static_cast<size_t>(rank - 1)];
}

}  // namespace strata::analytics::insight
