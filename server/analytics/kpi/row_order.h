#ifndef STRATA_SERVER_ANALYTICS_KPI_ROW_ORDER_H_
#define STRATA_SERVER_ANALYTICS_KPI_ROW_ORDER_H_

#include <vector>

#include "server/analytics/kpi/plan.h"
#include "server/analytics/kpi/row_set.h"

namespace strata::analytics::kpi {

// The first `limit` rows (0: all) by the terms of `order`, then by the key fields ascending: a
// total order. Null values come last, in either direction. figures[i][row] is the value of term i
// where it is a KPI, else figures[i] is empty.
std::vector<uint32_t> OrderOfRows(const std::vector<Plan::Order>& order,
                                  const std::vector<std::vector<fields::Value>>& figures,
                                  const RowSet& keys, int64_t limit);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_ROW_ORDER_H_
