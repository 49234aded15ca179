#include "server/rpc/services/unary_services.h"

#include "strata/v1/customer_service.forwarding.h"
#include "strata/v1/insight_service.forwarding.h"
#include "strata/v1/kpi_service.forwarding.h"
#include "strata/v1/workspace_service.forwarding.h"

namespace strata::rpc {

std::vector<std::unique_ptr<grpc::Service>> MakeUnaryServices(CallGuard& guard,
                                                              WorkspaceRegistry& registry) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<WorkspaceForwarding<>>(guard, registry));
  services.push_back(std::make_unique<CustomerForwarding<>>(guard, registry));
  services.push_back(std::make_unique<KpiForwarding<>>(guard, registry));
  services.push_back(std::make_unique<InsightForwarding<>>(guard, registry));
  return services;
}

}  // namespace strata::rpc
