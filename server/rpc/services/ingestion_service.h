#ifndef STRATA_SERVER_RPC_SERVICES_INGESTION_SERVICE_H_
#define STRATA_SERVER_RPC_SERVICES_INGESTION_SERVICE_H_

#include <memory>

#include "grpcpp/impl/service_type.h"
#include "server/rpc/transport/call_guard.h"
#include "server/workspace/registry.h"

namespace strata::rpc {

class OpenAppendStreams;

// strata.v1.IngestionService: appends work on the raw bytes (decoded here, onto an arena that the
// batch borrows from), reads are forwarded. Everything given outlives it.
std::unique_ptr<grpc::Service> MakeIngestionService(CallGuard& guard, WorkspaceRegistry& registry,
                                                    OpenAppendStreams& streams);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SERVICES_INGESTION_SERVICE_H_
