#include "server/rpc/transport/read_scope.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/segment/segments.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/domain/nearest_names.h"
#include "server/domain/unicode.h"

namespace strata::rpc {
namespace {

// So many segments or classes are all named; of more only the nearest.
constexpr size_t kNamedAtOnce = 12;

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

absl::StatusOr<analytics::fields::ClassesAt> ClassesAtFrom(v1::ClassesAt classes_at) {
  switch (classes_at) {
    case v1::CLASSES_AT_UNSPECIFIED:
    case v1::CLASSES_AT_AS_OF:
      return analytics::fields::ClassesAt::kAsOf;
    case v1::CLASSES_AT_PERIOD_START:
      return analytics::fields::ClassesAt::kPeriodStart;
    default:
      return FieldError("scope.classes_at", "this is none of its values");
  }
}

// The caller's filter and the segment's condition. OR binds tighter than AND, so neither needs
// parentheses; the caller's comes first and keeps its positions in error messages.
absl::StatusOr<std::string> FilterWithSegment(const v1::QueryScope& scope,
                                              const image::Revision& revision) {
  if (scope.segment().empty()) return scope.filter();
  STRATA_ASSIGN_OR_RETURN(const std::string condition,
                          SegmentFilter(*revision.settings, scope.segment()));
  // On its own first: an open quote must not swallow the condition.
  const analytics::fields::FieldCatalogue catalogue(revision);
  const auto own = analytics::filter::Filter::Parse(scope.filter(), catalogue);
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
  STRATA_ASSIGN_OR_RETURN(const analytics::fields::ClassesAt classes_at,
                          ClassesAtFrom(scope.classes_at()));
  STRATA_ASSIGN_OR_RETURN(const std::string filter, FilterWithSegment(scope, *revision));
  STRATA_ASSIGN_OR_RETURN(
      pinned.scope,
      analytics::fields::ResolveScope(std::move(revision), scope.as_of(), scope.range().from(),
                                      scope.range().to(), filter, classes_at, stop));
  return pinned;
}

absl::StatusOr<std::string> SegmentFilter(const WorkspaceSettings& settings,
                                          absl::string_view segment, absl::string_view field) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(segment, absl::MaxSplits('/', 1));
  const std::optional<analytics::segment::SegmentInfo> found =
      analytics::segment::FindSegment(settings, parts.first);
  if (!found.has_value()) return NoSegment(settings, segment, field);
  const bool whole = !absl::StrContains(segment, '/');
  if (!found->is_partition()) {
    if (!whole) return NoSegment(settings, segment, field);
    return absl::StrCat(found->field, " = true");
  }
  if (whole) return absl::StrCat(found->field, ":*");
  for (const std::string& name : found->classes) {
    if (name == parts.second) return absl::StrCat(found->field, " = \"", name, "\"");
  }
  return NoSegment(settings, segment, field);
}

absl::Status RefuseRange(const v1::QueryScope& scope, absl::string_view why) {
  if (scope.range().from().empty() && scope.range().to().empty()) return absl::OkStatus();
  return FieldError("scope.range", absl::StrCat("leave it empty: ", why));
}

absl::Status NoSegment(const WorkspaceSettings& settings, absl::string_view segment,
                       absl::string_view field) {
  const absl::string_view id = segment.substr(0, segment.find('/'));
  const std::optional<analytics::segment::SegmentInfo> found =
      analytics::segment::FindSegment(settings, id);
  std::vector<std::string> names;
  if (!found.has_value()) {
    for (const analytics::segment::SegmentInfo& info : analytics::segment::ListSegments(settings)) {
      names.push_back(info.id);
    }
  } else if (found->is_partition()) {
    for (const std::string& name : found->classes) names.push_back(absl::StrCat(id, "/", name));
  } else {
    names.emplace_back(id);  // it has no classes
  }
  std::string nearest;
  if (names.size() <= kNamedAtOnce) {
    nearest = absl::StrJoin(names, ", ");
  } else {
    const std::vector<absl::string_view> views(names.begin(), names.end());
    nearest = absl::StrJoin(NearestNames(segment, views), ", ");
  }
  return WithMetadata(WithReason(absl::NotFoundError(absl::StrCat(field, ": there is no segment \"",
                                                                  CutToValidUtf8(segment, 200),
                                                                  "\"; there is ", nearest)),
                                 "SEGMENT_NOT_FOUND"),
                      "nearest", nearest);
}

}  // namespace strata::rpc
