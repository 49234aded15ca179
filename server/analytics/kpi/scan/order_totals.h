#ifndef STRATA_SERVER_ANALYTICS_KPI_SCAN_ORDER_TOTALS_H_
#define STRATA_SERVER_ANALYTICS_KPI_SCAN_ORDER_TOTALS_H_

#include "server/analytics/kpi/scan/fact_scan.h"

namespace strata::analytics::kpi {

// The shorter way for sums and counts by fields of customers: all orders of a customer go to one
// group, so they are added up in registers first, and no row needs a group id.
bool CanScanByCustomer(const ScanInput& input);
absl::StatusOr<ScanResult> ScanOrdersByCustomer(const ScanInput& input);

// Orders of a run that pass, and the sum of their lines.
struct OrderTotals {
  int64_t in_window = 0;
  int64_t recognised = 0;  // of these
  int64_t returns = 0;     // recognised ones
  MicrosSum revenue = 0;
  MicrosSum refunds = 0;      // what the returns took back, positive
  MicrosSum revenue_all = 0;  // of any status; only where asked for
};

// Adds the orders [begin, end) of `run` whose day lies in `window`. For long ranges: without
// branches, in chunks that the compiler turns into vector code.
void AddLongRange(const image::Revision& revision, const image::OrderRun& run, size_t begin,
                  size_t end, fields::DayRange window, bool any_status, OrderTotals* totals);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_SCAN_ORDER_TOTALS_H_
