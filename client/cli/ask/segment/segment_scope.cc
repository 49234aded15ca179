#include "client/cli/ask/segment/segment_scope.h"

#include "absl/strings/str_cat.h"
#include "strata/v1/types.pb.h"

namespace strata::cli {

absl::StatusOr<v1::QueryScope> ScopeOfSegment(Context& context, const std::string& segment) {
  std::string& flag = context.flags().segment;
  if (!segment.empty() && !flag.empty() && segment != flag) {
    return absl::InvalidArgumentError(absl::StrCat("the segment is named twice: ", segment,
                                                   " and --segment ", flag, "; give one of them"));
  }
  if (!segment.empty()) flag = segment;
  return context.Scope();
}

}  // namespace strata::cli
