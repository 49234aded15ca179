#include <map>
#include <string>
#include <utility>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/answer_size.h"
#include "server/rpc/convert/records.h"
#include "server/rpc/convert/settings.h"
#include "server/rpc/transport/page_token.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/workspace_service.handlers.h"

namespace strata::rpc {
namespace {

constexpr int64_t kDefaultPage = 100, kMaxPage = 1'000;

void DescribeTo(const Workspace& workspace, v1::Workspace* out) {
  const image::RevisionPtr revision = workspace.Current();
  // The revision's own settings, so that both are of one moment.
  ToProto(*revision->settings, out);
  ToProto(*revision, out);
  ToProto(workspace.created_time(), out->mutable_create_time());
  ToProto(workspace.updated_time(), out->mutable_update_time());
}

// What the registry's plain codes mean to a caller of this service.
absl::Status Explain(absl::Status status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return WithDefaultReason(std::move(status), "WORKSPACE_NOT_FOUND");
    case absl::StatusCode::kAlreadyExists:
      return WithDefaultReason(std::move(status), "WORKSPACE_EXISTS");
    default:
      return status;
  }
}

}  // namespace

absl::Status WorkspaceHandlers::CreateWorkspace(const CallContext& call,
                                                const v1::CreateWorkspaceRequest& request,
                                                v1::CreateWorkspaceResponse* response) {
  if (!request.has_workspace()) return FieldError("workspace", "the field is required");
  STRATA_ASSIGN_OR_RETURN(const WorkspaceSettings settings, SettingsFrom(request.workspace()));
  const absl::StatusOr<WorkspacePtr> made = registry_.Create(settings);
  if (!made.ok()) return Explain(made.status());
  DescribeTo(**made, response->mutable_workspace());
  return absl::OkStatus();
}

absl::Status WorkspaceHandlers::GetWorkspace(const CallContext& call,
                                             const v1::GetWorkspaceRequest& request,
                                             v1::GetWorkspaceResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const WorkspacePtr workspace,
                          FindWorkspace(registry_, request.workspace()));
  DescribeTo(*workspace, response->mutable_workspace());
  return absl::OkStatus();
}

absl::Status WorkspaceHandlers::ListWorkspaces(const CallContext& call,
                                               const v1::ListWorkspacesRequest& request,
                                               v1::ListWorkspacesResponse* response) {
  const uint64_t binding = PageBinding(request);
  STRATA_ASSIGN_OR_RETURN(const PageToken token, DecodePageToken(request.page_token(), binding));
  STRATA_ASSIGN_OR_RETURN(const int64_t page_size,
                          PageSize(request.page_size(), kDefaultPage, kMaxPage));
  // By name, not by number, so that a workspace made or deleted meanwhile shifts no page.
  std::map<std::string, WorkspacePtr> all;  // null: cannot be served
  const std::map<std::string, absl::Status> unserved = registry_.Unserved();
  for (const auto& [name, problem] : unserved) all.emplace(name, nullptr);
  for (WorkspacePtr& workspace : registry_.List()) {
    const std::string name = workspace->settings()->name;
    all.emplace(name, std::move(workspace));
  }
  auto next = all.upper_bound(token.after);
  PageBudget budget(*response);
  for (; next != all.end() && response->workspaces_size() < page_size; ++next) {
    v1::Workspace* made = response->add_workspaces();
    if (next->second != nullptr) {
      DescribeTo(*next->second, made);
    } else {
      made->set_workspace(next->first);
      made->set_problem(std::string(unserved.at(next->first).message()));
    }
    if (!budget.KeepsLast(response->mutable_workspaces())) break;
  }
  if (next != all.end()) {
    const std::string& last = response->workspaces().rbegin()->workspace();
    response->set_next_page_token(EncodePageToken({0, 0, last}, binding));
  }
  return absl::OkStatus();
}

absl::Status WorkspaceHandlers::UpdateWorkspace(const CallContext& call,
                                                const v1::UpdateWorkspaceRequest& request,
                                                v1::UpdateWorkspaceResponse* response) {
  const std::string& name = request.workspace().workspace();
  STRATA_RETURN_IF_ERROR(FindWorkspace(registry_, name, "workspace.workspace").status());
  const absl::StatusOr<WorkspacePtr> updated =
      registry_.Update(name, [&](WorkspaceSettings& settings) {
        return ApplyMask(request.workspace(), request.update_mask(), settings);
      });
  if (updated.status().code() == absl::StatusCode::kFailedPrecondition) {
    return WithDefaultReason(updated.status(), "FIXED_SETTING");
  }
  if (!updated.ok()) return Explain(updated.status());
  DescribeTo(**updated, response->mutable_workspace());
  return absl::OkStatus();
}

absl::Status WorkspaceHandlers::DeleteWorkspace(const CallContext& call,
                                                const v1::DeleteWorkspaceRequest& request,
                                                v1::DeleteWorkspaceResponse* response) {
  if (request.workspace().empty()) return FieldError("workspace", "name a workspace");
  absl::Status status = registry_.Delete(request.workspace(), request.force());
  if (status.code() == absl::StatusCode::kFailedPrecondition) {
    return WithDefaultReason(std::move(status), "WORKSPACE_NOT_EMPTY");
  }
  return Explain(std::move(status));
}

}  // namespace strata::rpc
