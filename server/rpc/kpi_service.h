#ifndef STRATA_SERVER_RPC_KPI_SERVICE_H_
#define STRATA_SERVER_RPC_KPI_SERVICE_H_

#include "absl/status/status.h"
#include "server/rpc/call_context.h"
#include "server/workspace/registry.h"
#include "strata/v1/kpi_service.pb.h"

namespace strata::rpc {

// The methods of strata.v1.KpiService. Thread-safe.
class KpiHandlers {
 public:
  explicit KpiHandlers(const WorkspaceRegistry& registry) : registry_(registry) {}

  absl::Status ListKpis(const CallContext& call, const v1::ListKpisRequest& request,
                        v1::ListKpisResponse* response);
  absl::Status ListFields(const CallContext& call, const v1::ListFieldsRequest& request,
                          v1::ListFieldsResponse* response);
  absl::Status QueryKpis(const CallContext& call, const v1::QueryKpisRequest& request,
                         v1::QueryKpisResponse* response);
  absl::Status SummarizeKpis(const CallContext& call, const v1::SummarizeKpisRequest& request,
                             v1::SummarizeKpisResponse* response);
  absl::Status ExplainKpi(const CallContext& call, const v1::ExplainKpiRequest& request,
                          v1::ExplainKpiResponse* response);

 private:
  const WorkspaceRegistry& registry_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_KPI_SERVICE_H_
