#ifndef STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_SCOPE_H_
#define STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_SCOPE_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/cli/program/command.h"

namespace strata::cli {

// The question's scope of a verb that takes the segment as its first word; --segment may name it as
// well. INVALID_ARGUMENT when the two name different ones.
absl::StatusOr<v1::QueryScope> ScopeOfSegment(Context& context, const std::string& segment);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_SCOPE_H_
