#ifndef STRATA_SERVER_RPC_WORKSPACE_SERVICE_H_
#define STRATA_SERVER_RPC_WORKSPACE_SERVICE_H_

#include "absl/status/status.h"
#include "server/rpc/call_context.h"
#include "server/workspace/registry.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::rpc {

// The methods of strata.v1.WorkspaceService. Thread-safe.
class WorkspaceHandlers {
 public:
  explicit WorkspaceHandlers(WorkspaceRegistry& registry) : registry_(registry) {}

  absl::Status CreateWorkspace(const CallContext& call, const v1::CreateWorkspaceRequest& request,
                               v1::CreateWorkspaceResponse* response);
  absl::Status GetWorkspace(const CallContext& call, const v1::GetWorkspaceRequest& request,
                            v1::GetWorkspaceResponse* response);
  absl::Status ListWorkspaces(const CallContext& call, const v1::ListWorkspacesRequest& request,
                              v1::ListWorkspacesResponse* response);
  absl::Status UpdateWorkspace(const CallContext& call, const v1::UpdateWorkspaceRequest& request,
                               v1::UpdateWorkspaceResponse* response);
  absl::Status DeleteWorkspace(const CallContext& call, const v1::DeleteWorkspaceRequest& request,
                               v1::DeleteWorkspaceResponse* response);

 private:
  WorkspaceRegistry& registry_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_WORKSPACE_SERVICE_H_
