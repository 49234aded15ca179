#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "strata/client_class.h"
#include "strata/internal/channel_connection.h"

namespace strata {
namespace {

constexpr int kKeepaliveMillis = 30'000, kKeepaliveTimeoutMillis = 20'000;

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const ClientOptions& options) {
  if (options.tls_ca_file.empty()) return grpc::InsecureChannelCredentials();
  std::ifstream file(options.tls_ca_file, std::ios::binary);
  std::ostringstream pem;
  if (!file || !(pem << file.rdbuf())) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot read the CA certificate ", options.tls_ca_file));
  }
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = pem.str();
  return grpc::SslCredentials(ssl);
}

}  // namespace

absl::StatusOr<std::shared_ptr<Connection>> Connect(const ClientOptions& options) {
  absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials = Credentials(options);
  if (!credentials.ok()) return credentials.status();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_receive_bytes);
  // gRPC waits a second after a refused connection before it tries again, and fails calls
  // meanwhile; the pauses of the retry policy would be spent on nothing.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  // A watch or a stream whose server has vanished without a word would wait for ever. Only while a
  // call lasts: an idle connection finds out by its next call.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  if (!options.tls_server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls_server_name);
  }
  return internal::ConnectionOverChannel(
      grpc::CreateCustomChannel(options.target, *credentials, arguments), options);
}

absl::StatusOr<Client> Client::Connect(const ClientOptions& options) {
  absl::StatusOr<std::shared_ptr<Connection>> connection = strata::Connect(options);
  if (!connection.ok()) return connection.status();
  return Client(*std::move(connection));
}

}  // namespace strata
