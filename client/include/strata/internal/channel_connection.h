#ifndef STRATA_INTERNAL_CHANNEL_CONNECTION_H_
#define STRATA_INTERNAL_CHANNEL_CONNECTION_H_

#include <memory>

#include "strata/connection.h"

namespace grpc {
class ChannelInterface;
}

namespace strata::internal {

// A connection over a channel that exists: to a server in the same process, or one that a test
// made. Of `options` everything counts but the target and TLS. Not for programs outside Strata.
std::shared_ptr<Connection> ConnectionOverChannel(
    const std::shared_ptr<grpc::ChannelInterface>& channel, const ClientOptions& options);

}  // namespace strata::internal

#endif  // STRATA_INTERNAL_CHANNEL_CONNECTION_H_
