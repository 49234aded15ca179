#include "client/cli/program/reasoned_status.h"

#include <string>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "strata/error.h"

namespace strata::cli {

absl::Status Reasoned(const absl::Status& status, absl::string_view reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  absl::Status told(status.code(), status.message());
  told.SetPayload(kStatusDetailsUrl, absl::Cord(details.SerializeAsString()));
  return told;
}

}  // namespace strata::cli
