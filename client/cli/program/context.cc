#include <ostream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/program/command.h"
#include "client/cli/program/local_server.h"
#include "client/cli/program/reasoned_status.h"
#include "client/cli/program/server_address.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::cli {

Context::Context(Terminal terminal) : terminal_(terminal) {}
Context::~Context() = default;

void Context::set_client(Client client) { client_ = std::move(client); }

absl::StatusOr<Client*> Context::client() {
  if (client_.has_value()) return &*client_;
  ClientOptions options;
  options.target = flags_.server;
  options.token = flags_.token;
  options.tls_ca_file = flags_.tls_ca;
  if (!flags_.data_dir.empty()) {
    STRATA_ASSIGN_OR_RETURN(local_server_, LocalServer::Start(flags_.data_dir, makes_folder_));
    client_ = local_server_->Connect(options);
  } else {
    STRATA_RETURN_IF_ERROR(CheckServerAddress(flags_.server));
    absl::StatusOr<Client> connected = Client::Connect(options);
    // Nothing but the authority's file can be wrong here.
    if (!connected.ok()) return Reasoned(connected.status(), "CERTIFICATE");
    client_ = *std::move(connected);
  }
  return &*client_;
}

absl::StatusOr<std::string> Context::Workspace() {
  if (!flags_.workspace.empty()) return flags_.workspace;
  STRATA_ASSIGN_OR_RETURN(Client * client, this->client());
  STRATA_ASSIGN_OR_RETURN(const v1::ListWorkspacesResponse list,
                          client->ListWorkspaces({}, call_options()));
  if (list.workspaces_size() == 0) {
    return absl::NotFoundError(
        "there is no workspace yet: make one with `strata workspace create NAME`, or try "
        "`strata demo`");
  }
  if (list.workspaces_size() > 1) {
    std::vector<std::string> names;
    for (const v1::Workspace& workspace : list.workspaces()) names.push_back(workspace.workspace());
    return absl::InvalidArgumentError(absl::StrCat(
        "there are several workspaces: say which with -w NAME (", absl::StrJoin(names, ", "), ")"));
  }
  flags_.workspace = list.workspaces(0).workspace();
  return flags_.workspace;
}

absl::StatusOr<v1::QueryScope> Context::Scope() {
  v1::QueryScope scope;
  STRATA_ASSIGN_OR_RETURN(*scope.mutable_workspace(), Workspace());
  scope.set_as_of(flags_.as_of);
  scope.mutable_range()->set_from(flags_.from);
  scope.mutable_range()->set_to(flags_.to);
  scope.set_filter(flags_.filter);
  scope.set_segment(flags_.segment);
  scope.set_min_revision(flags_.min_revision);
  if (flags_.classes_at == "as-of") scope.set_classes_at(v1::CLASSES_AT_AS_OF);
  if (flags_.classes_at == "period-start") scope.set_classes_at(v1::CLASSES_AT_PERIOD_START);
  return scope;
}

CallOptions Context::call_options() const {
  if (flags_.timeout_seconds <= 0) return {};
  return {.timeout = absl::Seconds(flags_.timeout_seconds)};
}

absl::Status Context::Show(const Document& document) const {
  return MakeRenderer(flags_.output, terminal_)->Render(document, flags_.part);
}

absl::Status Context::PrintJson(const google::protobuf::Message& message) const {
  std::shared_ptr<google::protobuf::Message> copy(message.New());
  copy->CopyFrom(message);
  return MakeJsonRenderer(terminal_)->Render({.answer = std::move(copy)}, "");
}

}  // namespace strata::cli
