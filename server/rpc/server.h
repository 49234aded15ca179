#ifndef STRATA_SERVER_RPC_SERVER_H_
#define STRATA_SERVER_RPC_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "server/base/clock.h"
#include "server/workspace/migrate_folder.h"  // for programs: what is done without a server
#include "server/workspace/workspace.h"

namespace strata::rpc {

// How a server runs. Made of flags and the config file by server/config.h, or by hand in tests.
struct ServerOptions {
  std::string data_dir;
  FolderUse folder_use = FolderUse::kMake;

  // HOST:PORT as ParseHostPort takes it; port 0 takes a free one. Empty: no socket, in-process
  // channels only (the CLI's
  // --data-dir).
  std::string listen = "localhost:50051";

  // Both empty: no TLS. PEM files.
  std::string tls_cert_file, tls_key_file;

  // Unary calls at work at the same time (appends aside), and as many listings of members beside
  // them; one more is refused with RESOURCE_EXHAUSTED.
  int max_concurrent_reads = 32;
  // A call without a deadline gets this one.
  int default_deadline_seconds = 60;
  // How long Shutdown lets calls under way finish before it cancels them.
  int drain_seconds = 20;
  // Message limit; a batch is at most 4 MiB.
  int max_receive_bytes = 4 << 20;

  // "debug", "info", "warn", "error" or "off". JSON lines on standard error: at info one for each
  // call, at warn only for failed ones.
  std::string log_level = "warn";

  const Clock* clock = &Clock::System();
};

// A running Strata server: the registry of one data folder behind every service, health and
// reflection. Thread-safe.
class Server {
 public:
  // Opens the data folder, builds the images, listens. The status names the flag to change and has
  // a reason from which the programs' exit codes follow (server/base/exit_code.h): as of
  // WorkspaceRegistry::Open, HOST_UNKNOWN, ADDRESS_TAKEN, NO_PERMISSION, CERTIFICATE.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options);
  virtual ~Server() = default;  // shuts down

  // The port that is listened on; 0 without a socket.
  virtual int port() const = 0;

  // A channel to this server inside the process. Calls on it are the same as over a socket.
  virtual std::shared_ptr<grpc::Channel> InProcessChannel() = 0;

  // Health goes NOT_SERVING, new calls get UNAVAILABLE, calls under way get drain_seconds, queued
  // appends are committed, files are closed. Safe to call more than once.
  virtual void Shutdown() = 0;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SERVER_H_
