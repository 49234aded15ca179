#ifndef STRATA_SERVER_RPC_SERVICES_UNARY_SERVICES_H_
#define STRATA_SERVER_RPC_SERVICES_UNARY_SERVICES_H_

#include <memory>
#include <vector>

#include "grpcpp/impl/service_type.h"
#include "server/rpc/transport/call_guard.h"
#include "server/workspace/registry.h"

namespace strata::rpc {

// The services that consist of forwarded unary methods alone. Everything given outlives them.
std::vector<std::unique_ptr<grpc::Service>> MakeUnaryServices(CallGuard& guard,
                                                              WorkspaceRegistry& registry);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SERVICES_UNARY_SERVICES_H_
