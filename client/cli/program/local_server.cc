#include "client/cli/program/local_server.h"

#include <utility>

#include "client/cli/program/reasoned_status.h"
#include "server/base/error.h"
#include "server/rpc/server.h"
#include "strata/internal/channel_connection.h"

namespace strata::cli {

absl::StatusOr<std::unique_ptr<LocalServer>> LocalServer::Start(const std::string& data_dir,
                                                                bool makes_folder) {
  rpc::ServerOptions options;
  options.data_dir = data_dir;
  options.folder_use = makes_folder ? FolderUse::kMake : FolderUse::kReadable;
  options.listen = "";
  // What a call fails of the command says itself; only what the server hides from callers is left.
  options.log_level = "error";
  absl::StatusOr<std::unique_ptr<rpc::Server>> server = rpc::Server::Start(options);
  if (!server.ok()) return Reasoned(server.status(), FactsOf(server.status()).reason);
  return std::unique_ptr<LocalServer>(new LocalServer(*std::move(server)));
}

LocalServer::LocalServer(std::unique_ptr<rpc::Server> server) : server_(std::move(server)) {}
LocalServer::~LocalServer() { server_->Shutdown(); }

Client LocalServer::Connect(const ClientOptions& options) {
  return Client(internal::ConnectionOverChannel(server_->InProcessChannel(), options));
}

}  // namespace strata::cli
