#ifndef STRATA_SERVER_ANALYTICS_FACTS_CUSTOMER_ORDER_SUMS_H_
#define STRATA_SERVER_ANALYTICS_FACTS_CUSTOMER_ORDER_SUMS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/analytics/facts/sum_column.h"
#include "server/domain/day.h"
#include "server/domain/money.h"
#include "server/image/revision.h"

namespace strata::analytics::facts {

// What each customer ordered in a window of days: of recognised orders. Orders and days are of
// purchases; revenue, lines and units are net, so that returns reduce them.
struct WindowSums {
  // Orders on days after `after` (kNoDay: all) up to and including `to`.
  Day after = kNoDay;
  Day to = kNoDay;
  // By slot. Lines and units only where they were asked for, else empty.
  std::vector<int64_t> orders;
  SumColumn revenue;
  std::vector<int64_t> lines;
  SumColumn units;  // millionths
  // What returns took back, a positive amount; by slot where it was asked for, else empty.
  std::vector<MicrosSum> refunds;
};

// Sums over the orders of every customer for several windows at once: each order is read once.
// Each customer's sums stay in registers while its orders stream by.
class CustomerOrderSums {
 public:
  explicit CustomerOrderSums(const image::Revision& revision);
  ~CustomerOrderSums();
  CustomerOrderSums(const CustomerOrderSums&) = delete;
  CustomerOrderSums& operator=(const CustomerOrderSums&) = delete;

  // Before the scan. Returns the window's index.
  size_t AddWindow(Day after, Day to, bool lines_and_units);
  // Before the scan: asks for the window's refunds too.
  void AddRefunds(size_t window);
  // First and last day of the purchases up to `to`.
  void AddDays(Day to);
  bool empty() const { return windows_.empty() && !days_; }
  // Fixes the windows and makes room.
  void Prepare();

  // Reads one block; blocks may be read side by side, and all must be: the sums of its slots are
  // unspecified before. `runs` are the block's.
  void Read(const image::Block& block, absl::Span<const image::OrderRun> runs);

  WindowSums& window(size_t index) { return windows_[index]; }
  // By slot; kNoDay where there is no purchase.
  std::vector<Day>& first_day() { return first_day_; }
  std::vector<Day>& last_day() { return last_day_; }

 private:
  struct Totals;
  struct RunningSums;
  void ReadRefunds(const image::Block& block, absl::Span<const image::OrderRun> runs);
  bool ReadRowsAtOnce(const image::Block& block, absl::Span<const image::OrderRun> runs);
  void ReadDays(const image::Block& block, const image::OrderRun& run, const RunningSums& sums);
  template <bool kUnits>
  void ReadUpToLimit(const image::Block& block, absl::Span<const image::OrderRun> runs);
  template <bool kDays, bool kUnits>
  void ReadBlock(const image::Block& block, absl::Span<const image::OrderRun> runs);
  void Store(image::Slot slot, const Totals* at_limit);

  const image::Revision& revision_;
  std::vector<uint8_t> recognised_;  // by status code
  std::vector<WindowSums> windows_;
  bool days_ = false, units_ = false, refunds_ = false;
  Day days_to_ = kNoDay;
  // The days at which a window starts or ends, ascending; each window is the difference of the
  // running totals at two of them.
  std::vector<Day> limits_;
  std::vector<int> from_limit_, to_limit_;  // by window; -1: from the beginning
  size_t days_limits_ = 0;                  // orders up to limits_[days_limits_ - 1] count for days
  std::vector<Day> first_day_, last_day_;
};

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_CUSTOMER_ORDER_SUMS_H_
