#include "server/rpc/segment_queries.h"

#include "absl/strings/str_cat.h"
#include "server/base/error.h"

namespace strata::rpc {

absl::Status RefuseRange(const v1::QueryScope& scope, absl::string_view why) {
  if (scope.range().from().empty() && scope.range().to().empty()) return absl::OkStatus();
  return FieldError("scope.range", absl::StrCat("leave it empty: ", why));
}

}  // namespace strata::rpc
