#ifndef STRATA_CLIENT_CLI_PROGRAM_SERVER_ADDRESS_H_
#define STRATA_CLIENT_CLI_PROGRAM_SERVER_ADDRESS_H_

#include <string>

#include "absl/status/status.h"
#include "client/cli/program/command.h"

namespace strata::cli {

// INVALID_ARGUMENT for a --server that is neither HOST:PORT nor an address of gRPC's with its
// scheme
// ("dns:///strata:50051", "unix:/run/strata").
absl::Status CheckServerAddress(const std::string& server);

// Why a call got no answer, where the server itself said nothing: gRPC tells a name that is
// unknown, a port where nobody listens and a certificate that does not do apart in words alone.
// Adds the reason HOST_UNKNOWN or CERTIFICATE; leaves any other status as it is.
absl::Status ExplainSilence(const absl::Status& status, const GlobalFlags& flags);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PROGRAM_SERVER_ADDRESS_H_
