#ifndef STRATA_SERVER_ANALYTICS_KPI_ROW_ORDER_H_
#define STRATA_SERVER_ANALYTICS_KPI_ROW_ORDER_H_

#include <vector>

#include "server/analytics/kpi/plan.h"
#include "server/analytics/kpi/row_set.h"

namespace strata::analytics::kpi {

// The places of the rows by the terms of `order`, then by the key fields ascending: a total order.
// Null values come last, in either direction. rows[i] are the cells of row i of `keys`.
std::vector<uint32_t> OrderOfRows(const std::vector<Plan::Order>& order, const RowSet& keys,
                                  const std::vector<KpiTable::Row>& rows);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_ROW_ORDER_H_
