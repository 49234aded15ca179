#include "client/cli/program/server_address.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/program/reasoned_status.h"
#include "server/base/host_port.h"
#include "strata/error.h"

namespace strata::cli {
namespace {

constexpr absl::string_view kSchemes[] = {
    "dns:", "unix:", "unix-abstract:", "ipv4:", "ipv6:", "xds:"};
constexpr int kConnectTimeoutMillis = 1'000;

// Whether anybody listens there.
bool Connects(const addrinfo& address) {
  const int file = socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (file < 0) return false;
  bool connected = connect(file, address.ai_addr, address.ai_addrlen) == 0;
  if (!connected && errno == EINPROGRESS) {
    pollfd wait = {file, POLLOUT, 0};
    int error = 1;
    socklen_t size = sizeof(error);
    connected = poll(&wait, 1, kConnectTimeoutMillis) == 1 &&
                getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }
  close(file);
  return connected;
}

}  // namespace

absl::Status CheckServerAddress(const std::string& server) {
  const absl::Status status = ParseHostPort(server, /*lowest_port=*/1).status();
  const bool has_scheme =
      std::any_of(std::begin(kSchemes), std::end(kSchemes),
                  [&](absl::string_view scheme) { return absl::StartsWith(server, scheme); });
  if (status.ok() || has_scheme) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--server: ", status.message()));
}

absl::Status ExplainSilence(const absl::Status& status, const GlobalFlags& flags) {
  if (!absl::IsUnavailable(status) || !flags.data_dir.empty()) return status;
  if (!ErrorDetails::FromStatus(status).reason.empty()) return status;
  const auto target = ParseHostPort(flags.server, /*lowest_port=*/1);
  if (!target.ok()) return status;
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code =
      getaddrinfo(target->host.c_str(), absl::StrCat(target->port).c_str(), &hints, &found);
  if (code != 0) {
    return Reasoned(absl::UnavailableError(absl::StrCat("the host ", target->host,
                                                        " is unknown: ", gai_strerror(code))),
                    "HOST_UNKNOWN");
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  if (flags.tls_ca.empty()) return status;
  for (const addrinfo* next = found; next != nullptr; next = next->ai_next) {
    if (!Connects(*next)) continue;
    return Reasoned(absl::UnavailableError(
                        absl::StrCat("somebody listens at ", flags.server,
                                     ", but no TLS connection came about: ", status.message())),
                    "CERTIFICATE");
  }
  return status;
}

}  // namespace strata::cli
