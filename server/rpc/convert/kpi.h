#ifndef STRATA_SERVER_RPC_CONVERT_KPI_H_
#define STRATA_SERVER_RPC_CONVERT_KPI_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/analytics/kpi/query.h"
#include "strata/v1/kpi_service.pb.h"

// Questions and tables of KpiService between protobuf and analytics.

namespace strata::rpc {

// "revenue desc, country": ids with `asc` (default) or `desc`. INVALID_ARGUMENT naming "order_by".
absl::StatusOr<std::vector<analytics::kpi::OrderTerm>> OrderTermsFrom(absl::string_view order_by);

// The query but for its scope. INVALID_ARGUMENT for what has no analytic form
// ("ranges[1].range.to"); whether KPIs and fields go together is for the engine to say.
absl::StatusOr<analytics::kpi::KpiQuery> KpiQueryFrom(const v1::QueryKpisRequest& request,
                                                      analytics::fields::Scope scope);

absl::StatusOr<analytics::kpi::SummaryQuery> SummaryQueryFrom(
    const v1::SummarizeKpisRequest& request, analytics::fields::Scope scope);

// `fields`: what the KPI can be grouped and filtered by.
void ToProto(const analytics::kpi::Kpi& kpi, const std::vector<std::string>& fields, v1::Kpi* out);

// Rows [begin, end) of the table with its head and totals; at least one, and as many as fit into an
// answer that holds `bytes` already. Returns where the next page begins.
size_t PageToProto(const analytics::kpi::KpiTable& table, size_t begin, size_t end, size_t bytes,
                   v1::KpiTable* out);

// Rows [begin, end) of the table with its head and totals.
void ToProto(const analytics::kpi::KpiTable& table, size_t begin, size_t end, v1::KpiTable* out);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_KPI_H_
