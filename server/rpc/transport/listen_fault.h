#ifndef STRATA_SERVER_RPC_TRANSPORT_LISTEN_FAULT_H_
#define STRATA_SERVER_RPC_TRANSPORT_LISTEN_FAULT_H_

#include <string>

#include "absl/status/status.h"

namespace strata::rpc {

// Why a server could not listen on `address` ("HOST:PORT"): gRPC only says that it could not. Tries
// name and port by itself, so it is asked after a failure. UNAVAILABLE with reason HOST_UNKNOWN (a
// name that does not resolve, an address of another machine), ADDRESS_TAKEN or, where the address
// itself is fine and TLS was asked for, CERTIFICATE; PERMISSION_DENIED, reason NO_PERMISSION, for a
// port below those that everybody may use.
absl::Status ListenFault(const std::string& address, bool tls);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_LISTEN_FAULT_H_
