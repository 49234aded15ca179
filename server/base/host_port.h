#ifndef STRATA_SERVER_BASE_HOST_PORT_H_
#define STRATA_SERVER_BASE_HOST_PORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace strata {

struct HostPort {
  std::string host;  // an IPv6 address without its brackets
  int port = 0;
};

// Reads "HOST:PORT": a name, an IPv4 address, or an IPv6 address in brackets, and a port up to
// 65535. INVALID_ARGUMENT says what is wrong: where a port is missing gRPC would take 443, and
// where a host is missing every address of the machine.
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text, int lowest_port);

}  // namespace strata

#endif  // STRATA_SERVER_BASE_HOST_PORT_H_
