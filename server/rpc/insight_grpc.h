#ifndef STRATA_SERVER_RPC_INSIGHT_GRPC_H_
#define STRATA_SERVER_RPC_INSIGHT_GRPC_H_

#include <memory>

#include "grpcpp/impl/service_type.h"
#include "server/rpc/call_guard.h"
#include "server/workspace/registry.h"

namespace strata::rpc {

// strata.v1.InsightService. Everything given outlives it.
std::unique_ptr<grpc::Service> MakeInsightService(CallGuard& guard,
                                                  const WorkspaceRegistry& registry);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_INSIGHT_GRPC_H_
