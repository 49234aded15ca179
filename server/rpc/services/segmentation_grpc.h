#ifndef STRATA_SERVER_RPC_SERVICES_SEGMENTATION_GRPC_H_
#define STRATA_SERVER_RPC_SERVICES_SEGMENTATION_GRPC_H_

#include <memory>

#include "grpcpp/impl/service_type.h"
#include "server/rpc/transport/call_guard.h"
#include "server/rpc/transport/segment_watches.h"
#include "server/workspace/registry.h"

namespace strata::rpc {

// strata.v1.SegmentationService. Everything given outlives it.
std::unique_ptr<grpc::Service> MakeSegmentationService(CallGuard& guard,
                                                       WorkspaceRegistry& registry,
                                                       SegmentWatches& watches);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SERVICES_SEGMENTATION_GRPC_H_
