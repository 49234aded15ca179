#ifndef STRATA_SERVER_RPC_TRANSPORT_READ_SCOPE_H_
#define STRATA_SERVER_RPC_TRANSPORT_READ_SCOPE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/analytics/fields/scope.h"
#include "server/base/stop.h"
#include "server/workspace/registry.h"
#include "strata/v1/types.pb.h"

// From a request's QueryScope to what analytics reads.

namespace strata::rpc {

// NOT_FOUND with reason WORKSPACE_NOT_FOUND; INVALID_ARGUMENT naming `field` for an empty name.
absl::StatusOr<WorkspacePtr> FindWorkspace(const WorkspaceRegistry& registry,
                                           absl::string_view name,
                                           absl::string_view field = "workspace");

struct PinnedScope {
  WorkspacePtr workspace;
  analytics::fields::Scope scope;  // scope.filter holds the segment's condition too
};

// Finds the workspace and pins the revision: the newest one that is at least min_revision, or, for
// later pages of a list, `page_revision` as long as it is held. Resolves dates and segment.
absl::StatusOr<PinnedScope> PinScope(const WorkspaceRegistry& registry, const v1::QueryScope& scope,
                                     int64_t page_revision, const StopToken& stop);

// INVALID_ARGUMENT naming scope.range, with the reason why there is none, when the request has one.
absl::Status RefuseRange(const v1::QueryScope& scope, absl::string_view why);

// The filter that says what a segment's members are: "tier/strategic" becomes `tier = "strategic"`,
// "at-risk" becomes `segment:at-risk = true`; a partition without a class is whoever has one.
// NOT_FOUND, see NoSegment.
absl::StatusOr<std::string> SegmentFilter(const WorkspaceSettings& settings,
                                          absl::string_view segment,
                                          absl::string_view field = "scope.segment");

// NOT_FOUND, reason SEGMENT_NOT_FOUND, for what `field` of a request names; says which segments, or
// classes of an existing partition, come nearest to it.
absl::Status NoSegment(const WorkspaceSettings& settings, absl::string_view segment,
                       absl::string_view field);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_READ_SCOPE_H_
