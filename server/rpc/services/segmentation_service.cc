#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/segment/segment_fields.h"
#include "server/analytics/segment/segment_references.h"
#include "server/analytics/segment/segments.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/answer_size.h"
#include "server/rpc/convert/segment.h"
#include "server/rpc/transport/page_token.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/segmentation_service.handlers.h"

namespace strata::rpc {
namespace {

constexpr int64_t kDefaultPage = 100, kMaxPage = 1'000;

using Segments = std::vector<SegmentDefinition>;

Segments::iterator PlaceOf(Segments& segments, absl::string_view id) {
  return std::lower_bound(
      segments.begin(), segments.end(), id,
      [](const SegmentDefinition& segment, absl::string_view name) { return segment.id < name; });
}

absl::Status RefuseBuiltIn(absl::string_view id) {
  if (!IsBuiltInSegment(id)) return absl::OkStatus();
  return WithReason(absl::FailedPreconditionError(absl::StrCat(
                        "the segment \"", id, "\" is built in: ", SettingsThatChange(id))),
                    "BUILT_IN_SEGMENT");
}

// The stored segment that a request means to change or delete.
absl::StatusOr<Segments::iterator> FindOwn(WorkspaceSettings& settings, absl::string_view id,
                                           absl::string_view etag, absl::string_view field) {
  const auto found = PlaceOf(settings.segments, id);
  if (found == settings.segments.end() || found->id != id) return NoSegment(settings, id, field);
  if (etag.empty() || etag == EtagOf(*found)) return found;
  return WithMetadata(
      WithReason(absl::AbortedError(absl::StrCat("the segment \"", id,
                                                 "\" has changed since it was read; its etag is ",
                                                 EtagOf(*found))),
                 "ETAG_MISMATCH"),
      "etag", EtagOf(*found));
}

absl::Status CheckCycle(const Segments& segments, absl::string_view id) {
  const std::vector<std::string> cycle =
      analytics::segment::SegmentReferences(segments).CycleFrom(id);
  if (cycle.empty()) return absl::OkStatus();
  const std::string path = absl::StrJoin(cycle, " -> ");
  return WithMetadata(
      WithReason(
          FieldError("segment", absl::StrCat("segments refer to each other in a cycle: ", path)),
          "SEGMENT_CYCLE"),
      "cycle", path);
}

// Whether the changed segment holds among the others, and the others with it.
absl::Status CheckChanged(const image::Revision& revision, const Segments& segments,
                          absl::string_view id) {
  const SegmentDefinition& changed = *FindSegmentDefinition(segments, id);
  STRATA_RETURN_IF_ERROR(ValidateSegment(changed));
  const analytics::fields::FieldCatalogue catalogue(revision, segments);
  STRATA_RETURN_IF_ERROR(analytics::segment::CheckSegmentFilters(changed, catalogue));
  STRATA_RETURN_IF_ERROR(CheckCycle(segments, id));
  // A filter segment that becomes a partition changes the type of its field.
  for (const std::string& referrer :
       analytics::segment::SegmentReferences(segments).Referrers(id)) {
    const absl::Status status = analytics::segment::CheckSegmentFilters(
        *FindSegmentDefinition(segments, referrer), catalogue);
    if (status.ok()) continue;
    return WithMetadata(WithReason(absl::FailedPreconditionError(absl::StrCat(
                                       "the segment \"", referrer, "\" refers to \"", id,
                                       "\" and would not hold any more: ", status.message())),
                                   "SEGMENT_IN_USE"),
                        "segments", referrer);
  }
  return absl::OkStatus();
}

// The segment as stored now. One that another call has deleted since is told as it was made.
void DescribeTo(const Workspace& workspace, const SegmentDefinition& made, v1::Segment* out) {
  const std::shared_ptr<const WorkspaceSettings> settings = workspace.settings();
  const SegmentDefinition* stored = FindSegmentDefinition(settings->segments, made.id);
  ToProto(stored == nullptr ? made : *stored, out);
}

// Where a bad filter is wrong, from the status that says so.
void DescribeProblem(const absl::Status& status, v1::FilterProblem* out) {
  absl::string_view message = status.message();
  const auto payload = status.GetPayload(analytics::filter::kFilterErrorPayload);
  if (payload.has_value()) {
    const std::string text(*payload);
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(text, absl::MaxSplits('|', 1));
    int32_t position = 0;
    if (absl::SimpleAtoi(parts.first, &position)) out->set_position(position);
    for (const absl::string_view name : absl::StrSplit(parts.second, ',', absl::SkipEmpty())) {
      out->add_nearest(std::string(name));
    }
    // Both stand in fields of their own.
    absl::ConsumePrefix(&message, absl::StrCat("at position ", parts.first, ": "));
    absl::ConsumeSuffix(&message, absl::StrCat("; nearest: ", absl::StrJoin(out->nearest(), ", ")));
  }
  out->set_message(std::string(message));
}

absl::Status AddNotes(image::RevisionPtr revision, const analytics::filter::Filter& filter,
                      const StopToken& stop, v1::CheckFilterResponse* out) {
  STRATA_ASSIGN_OR_RETURN(
      const analytics::fields::Scope today,
      analytics::fields::ResolveScope(std::move(revision), "", "", "", "",
                                      analytics::fields::ClassesAt::kAsOf, stop));
  // Only texts are looked at: the other fields of the filter need not be computed.
  std::vector<std::string> ids;
  for (const analytics::fields::Field* field : filter.fields()) {
    const bool text = field->type == analytics::fields::ValueType::kText;
    if (text && field->grain == analytics::fields::Grain::kCustomer) ids.push_back(field->id);
  }
  const auto features =
      analytics::fields::Features::Compute(*today.revision, today.as_of, ids, stop);
  STRATA_RETURN_IF_ERROR(stop.Check());
  if (!features.ok()) return absl::OkStatus();  // it names a segment that is broken: valid as it is
  const std::vector<std::string> notes =
      analytics::filter::UnmatchedTexts(filter, *today.revision, *features);
  if (!notes.empty()) out->mutable_problem()->set_message(absl::StrJoin(notes, "; "));
  return absl::OkStatus();
}

}  // namespace

absl::Status SegmentationHandlers::CreateSegment(const CallContext& call,
                                                 const v1::CreateSegmentRequest& request,
                                                 v1::CreateSegmentResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const WorkspacePtr workspace,
                          FindWorkspace(registry_, request.workspace()));
  if (!request.has_segment()) return FieldError("segment", "the field is required");
  const SegmentDefinition made = SegmentFrom(request.segment());
  const absl::StatusOr<WorkspacePtr> updated =
      registry_.Update(request.workspace(), [&](WorkspaceSettings& settings) -> absl::Status {
        const auto place = PlaceOf(settings.segments, made.id);
        const bool taken = place != settings.segments.end() && place->id == made.id;
        if (taken || IsBuiltInSegment(made.id)) {
          return WithReason(
              absl::AlreadyExistsError(absl::StrCat("there is a segment \"", made.id, "\" already",
                                                    taken ? "" : ", which is built in")),
              "SEGMENT_EXISTS");
        }
        settings.segments.insert(place, made);
        return CheckChanged(*workspace->Current(), settings.segments, made.id);
      });
  if (!updated.ok()) return updated.status();
  DescribeTo(**updated, made, response->mutable_segment());
  return absl::OkStatus();
}

absl::Status SegmentationHandlers::GetSegment(const CallContext& call,
                                              const v1::GetSegmentRequest& request,
                                              v1::GetSegmentResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const WorkspacePtr workspace,
                          FindWorkspace(registry_, request.workspace()));
  const std::shared_ptr<const WorkspaceSettings> settings = workspace->settings();
  for (v1::Segment& segment : BuiltInSegments(*settings)) {
    if (segment.segment() != request.segment()) continue;
    *response->mutable_segment() = std::move(segment);
    return absl::OkStatus();
  }
  const SegmentDefinition* found = FindSegmentDefinition(settings->segments, request.segment());
  if (found == nullptr) return NoSegment(*settings, request.segment(), "segment");
  ToProto(*found, response->mutable_segment());
  return absl::OkStatus();
}

absl::Status SegmentationHandlers::ListSegments(const CallContext& call,
                                                const v1::ListSegmentsRequest& request,
                                                v1::ListSegmentsResponse* response) {
  const uint64_t binding = PageBinding(request);
  STRATA_ASSIGN_OR_RETURN(const PageToken token, DecodePageToken(request.page_token(), binding));
  STRATA_ASSIGN_OR_RETURN(const int64_t page_size,
                          PageSize(request.page_size(), kDefaultPage, kMaxPage));
  STRATA_ASSIGN_OR_RETURN(const WorkspacePtr workspace,
                          FindWorkspace(registry_, request.workspace()));
  const std::shared_ptr<const WorkspaceSettings> settings = workspace->settings();
  std::vector<v1::Segment> all = BuiltInSegments(*settings);
  for (const SegmentDefinition& segment : settings->segments) ToProto(segment, &all.emplace_back());
  // By id, not by number, so that a segment made or deleted meanwhile shifts no page.
  auto next = all.begin();
  if (IsBuiltInSegment(token.after)) {
    while (next->segment() != token.after) ++next;
    ++next;
  } else if (!token.after.empty()) {
    next = std::find_if(all.begin(), all.end(), [&](const v1::Segment& segment) {
      return !segment.built_in() && segment.segment() > token.after;
    });
  }
  PageBudget budget(*response);
  for (; next != all.end() && response->segments_size() < page_size; ++next) {
    *response->add_segments() = *next;
    if (!budget.KeepsLast(response->mutable_segments())) break;
  }
  if (next != all.end()) {
    const std::string& last = response->segments().rbegin()->segment();
    response->set_next_page_token(EncodePageToken({0, 0, last}, binding));
  }
  return absl::OkStatus();
}

absl::Status SegmentationHandlers::UpdateSegment(const CallContext& call,
                                                 const v1::UpdateSegmentRequest& request,
                                                 v1::UpdateSegmentResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const WorkspacePtr workspace,
                          FindWorkspace(registry_, request.workspace()));
  const std::string& id = request.segment().segment();
  STRATA_RETURN_IF_ERROR(RefuseBuiltIn(id));
  SegmentDefinition made;
  const absl::StatusOr<WorkspacePtr> updated =
      registry_.Update(request.workspace(), [&](WorkspaceSettings& settings) -> absl::Status {
        STRATA_ASSIGN_OR_RETURN(const Segments::iterator found,
                                FindOwn(settings, id, request.segment().etag(), "segment.segment"));
        STRATA_RETURN_IF_ERROR(ApplyMask(request.segment(), request.update_mask(), *found));
        made = *found;
        return CheckChanged(*workspace->Current(), settings.segments, id);
      });
  if (!updated.ok()) return updated.status();
  DescribeTo(**updated, made, response->mutable_segment());
  return absl::OkStatus();
}

absl::Status SegmentationHandlers::DeleteSegment(const CallContext& call,
                                                 const v1::DeleteSegmentRequest& request,
                                                 v1::DeleteSegmentResponse* response) {
  STRATA_RETURN_IF_ERROR(FindWorkspace(registry_, request.workspace()).status());
  const std::string& id = request.segment();
  STRATA_RETURN_IF_ERROR(RefuseBuiltIn(id));
  const absl::StatusOr<WorkspacePtr> updated =
      registry_.Update(request.workspace(), [&](WorkspaceSettings& settings) -> absl::Status {
        STRATA_ASSIGN_OR_RETURN(const Segments::iterator found,
                                FindOwn(settings, id, request.etag(), "segment"));
        const std::string referrers = absl::StrJoin(
            analytics::segment::SegmentReferences(settings.segments).Referrers(id), ", ");
        if (!referrers.empty()) {
          return WithMetadata(WithReason(absl::FailedPreconditionError(absl::StrCat(
                                             "segments refer to \"", id, "\": ", referrers)),
                                         "SEGMENT_IN_USE"),
                              "segments", referrers);
        }
        settings.segments.erase(found);
        return absl::OkStatus();
      });
  if (!updated.ok()) return updated.status();
  response->set_revision((*updated)->Current()->number);
  return absl::OkStatus();
}

absl::Status SegmentationHandlers::CheckFilter(const CallContext& call,
                                               const v1::CheckFilterRequest& request,
                                               v1::CheckFilterResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const WorkspacePtr workspace,
                          FindWorkspace(registry_, request.workspace()));
  image::RevisionPtr revision = workspace->Current();
  const absl::StatusOr<analytics::filter::Filter> filter = analytics::filter::Filter::Parse(
      request.filter(), analytics::fields::FieldCatalogue(*revision));
  response->set_valid(filter.ok());
  if (!filter.ok()) {
    DescribeProblem(filter.status(), response->mutable_problem());
    return absl::OkStatus();
  }
  response->set_canonical(filter->Canonical());
  for (const analytics::fields::Field* field : filter->fields()) response->add_fields(field->id);
  return AddNotes(std::move(revision), *filter, call.stop, response);
}

}  // namespace strata::rpc
