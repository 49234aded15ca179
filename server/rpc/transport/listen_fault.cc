#include "server/rpc/transport/listen_fault.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/host_port.h"
#include "server/base/status_macros.h"

namespace strata::rpc {
namespace {

// errno of binding one address; 0 when it works.
int TryToBind(const addrinfo& address) {
  const int file = socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, 0);
  if (file < 0) return errno;
  // As gRPC does: connections that have just ended are no other server.
  const int reuse = 1;
  setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
  const bool bound =
      bind(file, address.ai_addr, address.ai_addrlen) == 0 && listen(file, /*backlog=*/1) == 0;
  const int error = bound ? 0 : errno;
  close(file);
  return error;
}

absl::Status Fault(absl::string_view address, absl::string_view why, absl::string_view reason) {
  return WithReason(
      absl::UnavailableError(absl::StrCat("--listen: cannot listen on ", address, ": ", why)),
      reason);
}

}  // namespace

absl::Status ListenFault(const std::string& address, bool tls) {
  STRATA_ASSIGN_OR_RETURN(const HostPort target, ParseHostPort(address, 0));
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int code =
      getaddrinfo(target.host.c_str(), absl::StrCat(target.port).c_str(), &hints, &found);
  if (code != 0) {
    return Fault(address,
                 absl::StrCat("the host ", target.host, " is unknown (", gai_strerror(code), ")"),
                 "HOST_UNKNOWN");
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  int error = 0;
  for (const addrinfo* next = found; next != nullptr && error == 0; next = next->ai_next) {
    error = TryToBind(*next);
  }
  switch (error) {
    case 0:
      if (!tls) return Fault(address, "gRPC gives no reason", "");
      return Fault(address,
                   "the address is free, so it is the certificate (--tls-cert, --tls-key): both "
                   "files hold PEM, and the key is that of the certificate",
                   "CERTIFICATE");
    case EACCES:
    case EPERM:
      return WithReason(
          absl::PermissionDeniedError(absl::StrCat("--listen: no right to listen on ", address,
                                                   "; take a port from 1024 on")),
          "NO_PERMISSION");
    case EADDRINUSE:
      return Fault(address, "another process listens there", "ADDRESS_TAKEN");
    case EADDRNOTAVAIL:
      return Fault(address, absl::StrCat(target.host, " is no address of this machine"),
                   "HOST_UNKNOWN");
    default:
      return Fault(address, strerror(error), "ADDRESS_TAKEN");
  }
}

}  // namespace strata::rpc
