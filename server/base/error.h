#ifndef STRATA_SERVER_BASE_ERROR_H_
#define STRATA_SERVER_BASE_ERROR_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// What an absl::Status tells a program, beside its code and its text for people: a stable reason
// (strata.v1.ErrorReason without the prefix), the request's fields that are at fault, and key-value
// metadata. They travel as payloads of the status; server/rpc/status.h turns them into the standard
// google.rpc details.
//
//   return FieldError("scope.as_of", "\"yesterday\" is no date; write YYYY-MM-DD");
//   return WithReason(absl::NotFoundError("no workspace \"sales\""), "WORKSPACE_NOT_FOUND");

namespace strata {

// INVALID_ARGUMENT, reason INVALID_FIELD; the text is "field: description".
absl::Status FieldError(absl::string_view field, absl::string_view description);

// Sets the reason; one that stands already is replaced. OK stays OK.
absl::Status WithReason(absl::Status status, absl::string_view reason);

// Sets the reason where the status has none: for callers that know what a plain NOT_FOUND of the
// callee means.
absl::Status WithDefaultReason(absl::Status status, absl::string_view reason);

// Names one more field at fault, by its path in the request.
absl::Status WithField(absl::Status status, absl::string_view field, absl::string_view description);

// Adds one more pair. Keys are lower_snake_case.
absl::Status WithMetadata(absl::Status status, absl::string_view key, absl::string_view value);

struct ErrorFacts {
  std::string reason;                                         // empty: none was set
  std::vector<std::pair<std::string, std::string>> fields;    // path, description
  std::vector<std::pair<std::string, std::string>> metadata;  // key, value
};
ErrorFacts FactsOf(const absl::Status& status);

}  // namespace strata

#endif  // STRATA_SERVER_BASE_ERROR_H_
