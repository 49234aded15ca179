#include "server/rpc/read_scope.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/segment/abc.h"
#include "server/analytics/segment/filter.h"
#include "server/analytics/segment/loyalty.h"
#include "server/analytics/segment/rfm.h"
#include "server/analytics/segment/tier.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::rpc {
namespace {

// The partitions that every workspace has; each is a field of the catalogue. The names of the
// classes begin with an empty one.
struct BuiltinPartition {
  absl::string_view id;
  absl::Span<const absl::string_view> classes;
};
std::array<BuiltinPartition, 4> BuiltinPartitions() {
  return {{{"tier", analytics::TierNames()},
           {"loyalty", analytics::LoyaltyNames()},
           {"rfm_segment", analytics::RfmSegmentNames()},
           {"abc", analytics::AbcNames()}}};
}

absl::Status NoSegment(absl::string_view segment, const std::vector<std::string>& there) {
  return WithMetadata(
      WithReason(absl::NotFoundError(absl::StrCat("scope.segment: there is no segment \"", segment,
                                                  "\"; there are ", absl::StrJoin(there, ", "))),
                 "SEGMENT_NOT_FOUND"),
      "nearest", absl::StrJoin(there, ", "));
}

absl::StatusOr<image::RevisionPtr> PinRevision(const Workspace& workspace, int64_t min_revision,
                                               int64_t page_revision, const StopToken& stop) {
  if (page_revision != 0) {
    absl::StatusOr<image::RevisionPtr> held = workspace.Held(page_revision);
    if (!held.ok()) return WithDefaultReason(held.status(), "REVISION_EXPIRED");
    return held;
  }
  if (min_revision < 0) return FieldError("scope.min_revision", "a revision is not negative");
  if (min_revision == 0) return workspace.Current();
  absl::StatusOr<image::RevisionPtr> newest = workspace.AtLeast(min_revision, stop);
  if (newest.ok() || newest.status().code() != absl::StatusCode::kOutOfRange) return newest;
  return WithMetadata(WithDefaultReason(newest.status(), "REVISION_IN_FUTURE"), "revision",
                      absl::StrCat(workspace.Current()->number));
}

absl::StatusOr<analytics::ClassesAt> ClassesAtFrom(v1::ClassesAt classes_at) {
  switch (classes_at) {
    case v1::CLASSES_AT_UNSPECIFIED:
    case v1::CLASSES_AT_AS_OF:
      return analytics::ClassesAt::kAsOf;
    case v1::CLASSES_AT_PERIOD_START:
      return analytics::ClassesAt::kPeriodStart;
    default:
      return FieldError("scope.classes_at", "this is none of its values");
  }
}

// The caller's filter and the segment's condition. OR binds tighter than AND, so neither needs
// parentheses; the caller's comes first and keeps its positions in error messages.
absl::StatusOr<std::string> FilterWithSegment(const v1::QueryScope& scope,
                                              const image::Revision& revision) {
  if (scope.segment().empty()) return scope.filter();
  STRATA_ASSIGN_OR_RETURN(const std::string condition, SegmentFilter(scope.segment()));
  // On its own first: an open quote must not swallow the condition.
  const analytics::FieldCatalogue catalogue(revision);
  const auto own = analytics::Filter::Parse(scope.filter(), catalogue);
  if (!own.ok()) return WithField(own.status(), "scope.filter", own.status().message());
  return own->matches_all() ? condition : absl::StrCat(scope.filter(), " AND ", condition);
}

}  // namespace

absl::StatusOr<WorkspacePtr> FindWorkspace(const WorkspaceRegistry& registry,
                                           absl::string_view name, absl::string_view field) {
  if (name.empty()) return FieldError(field, "name a workspace");
  absl::StatusOr<WorkspacePtr> workspace = registry.Find(name);
  if (workspace.status().code() == absl::StatusCode::kNotFound) {
    return WithDefaultReason(workspace.status(), "WORKSPACE_NOT_FOUND");
  }
  return workspace;
}

absl::StatusOr<PinnedScope> PinScope(const WorkspaceRegistry& registry, const v1::QueryScope& scope,
                                     int64_t page_revision, const StopToken& stop) {
  PinnedScope pinned;
  STRATA_ASSIGN_OR_RETURN(pinned.workspace,
                          FindWorkspace(registry, scope.workspace(), "scope.workspace"));
  STRATA_ASSIGN_OR_RETURN(
      image::RevisionPtr revision,
      PinRevision(*pinned.workspace, scope.min_revision(), page_revision, stop));
  STRATA_ASSIGN_OR_RETURN(const analytics::ClassesAt classes_at, ClassesAtFrom(scope.classes_at()));
  STRATA_ASSIGN_OR_RETURN(const std::string filter, FilterWithSegment(scope, *revision));
  STRATA_ASSIGN_OR_RETURN(
      pinned.scope,
      analytics::ResolveScope(std::move(revision), scope.as_of(), scope.range().from(),
                              scope.range().to(), filter, classes_at, stop));
  return pinned;
}

absl::StatusOr<std::string> SegmentFilter(absl::string_view segment) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(segment, absl::MaxSplits('/', 1));
  const bool whole = segment.find('/') == absl::string_view::npos;
  std::vector<std::string> ids;
  for (const BuiltinPartition& partition : BuiltinPartitions()) {
    ids.emplace_back(partition.id);
    if (partition.id != parts.first) continue;
    // Without a class: whoever the partition puts into one.
    if (whole) return absl::StrCat(partition.id, ":*");
    std::vector<std::string> classes;
    for (const absl::string_view name : partition.classes.subspan(1)) {
      if (name == parts.second) return absl::StrCat(partition.id, " = \"", name, "\"");
      classes.push_back(absl::StrCat(partition.id, "/", name));
    }
    return NoSegment(segment, classes);
  }
  return NoSegment(segment, ids);
}

}  // namespace strata::rpc
