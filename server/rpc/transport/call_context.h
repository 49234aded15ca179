#ifndef STRATA_SERVER_RPC_TRANSPORT_CALL_CONTEXT_H_
#define STRATA_SERVER_RPC_TRANSPORT_CALL_CONTEXT_H_

#include <string>

#include "server/base/stop.h"

namespace strata::rpc {

// What a handler may know of its call. Valid until the handler returns.
struct CallContext {
  std::string request_id;
  StopToken stop;  // the caller is gone, or the deadline has passed
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_CALL_CONTEXT_H_
