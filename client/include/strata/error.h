#ifndef STRATA_ERROR_H_
#define STRATA_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace strata {

// What a failed call says beside its code and message: the google.rpc details that the server
// attaches (strata/v1/errors.proto). A status that did not come from a server has none.
//
//   absl::StatusOr<v1::QueryKpisResponse> answer = client.QueryKpis(request);
//   if (ErrorDetails::FromStatus(answer.status()).reason == "UNKNOWN_KPI") ...
struct ErrorDetails {
  struct FieldViolation {
    std::string field;        // path in the request: "scope.filter", "kpis[1]"
    std::string description;  // what is wrong with it, for people
  };

  // Name of a strata.v1.ErrorReason without its prefix: "WORKSPACE_NOT_FOUND". Stable, unlike the
  // message. Empty when the server gave none.
  std::string reason;
  std::string domain;  // "strata"
  // By reason, see errors.proto: "nearest", "position", "expected_offset" ...
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> field_violations;
  // When a call that was refused for load may be repeated.
  std::optional<absl::Duration> retry_delay;

  // Never fails: details that cannot be read are left out.
  static ErrorDetails FromStatus(const absl::Status& status);

  // The value of `key`, or "".
  std::string Metadata(absl::string_view key) const;
};

// Under this type URL a status from the client carries the serialized google.rpc.Status of the
// server's trailer.
inline constexpr absl::string_view kStatusDetailsUrl = "type.googleapis.com/google.rpc.Status";

}  // namespace strata

#endif  // STRATA_ERROR_H_
