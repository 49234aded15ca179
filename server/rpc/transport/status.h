#ifndef STRATA_SERVER_RPC_TRANSPORT_STATUS_H_
#define STRATA_SERVER_RPC_TRANSPORT_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grpcpp/support/status.h"

namespace strata::rpc {

// The one place where a failed absl::Status becomes what a caller sees: code, text and a
// google.rpc.Status with the standard details, which gRPC carries as `grpc-status-details-bin`
// (proto/strata/v1/errors.proto says which details stand when). The details are cut to fit 4 KB.
//
// A status without a reason gets the usual one of its code. INTERNAL and its like tell no more than
// `error_id`, under which the caller writes the original text to the log.
grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view error_id);

// Whether the caller must not see the text of `status`.
bool IsHidden(const absl::Status& status);

// The code's name as in gRPC's documentation: "INVALID_ARGUMENT".
absl::string_view NameOf(absl::StatusCode code);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_STATUS_H_
