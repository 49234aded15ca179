#ifndef STRATA_CLIENT_CLI_PROGRAM_LOCAL_SERVER_H_
#define STRATA_CLIENT_CLI_PROGRAM_LOCAL_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "strata/client_class.h"

namespace strata::rpc {
class Server;
}

namespace strata::cli {

// The service of --data-dir: a whole server in this process, without a socket.
class LocalServer {
 public:
  // Makes a missing folder where `makes_folder`; else it must hold data, and one that may not be
  // written is read. The status carries its reason as those of a server do (strata/error.h):
  // FOLDER_LOCKED when another process holds it, and those of DataFolder::Open.
  static absl::StatusOr<std::unique_ptr<LocalServer>> Start(const std::string& data_dir,
                                                            bool makes_folder);
  ~LocalServer();

  Client Connect(const ClientOptions& options);

 private:
  explicit LocalServer(std::unique_ptr<rpc::Server> server);

  std::unique_ptr<rpc::Server> server_;
};

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PROGRAM_LOCAL_SERVER_H_
