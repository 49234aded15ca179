#ifndef STRATA_CLIENT_CLI_PROGRAM_ASK_H_
#define STRATA_CLIENT_CLI_PROGRAM_ASK_H_

#include <utility>

#include "client/cli/base/status_macros.h"
#include "client/cli/program/command.h"

namespace strata::cli {

// Asks a question whose request is scope and what `fill` sets.
template <typename Request, typename Response, typename Fill>
absl::StatusOr<Response> Ask(Context& context,
                             absl::StatusOr<Response> (Client::*method)(Request, CallOptions),
                             Fill fill) {
  Request request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_scope(), context.Scope());
  fill(request);
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  return (client->*method)(std::move(request), context.call_options());
}

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PROGRAM_ASK_H_
