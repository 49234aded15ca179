#ifndef STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENTS_H_
#define STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/segment/filter.h"
#include "server/base/stop.h"
#include "server/domain/segment.h"
#include "server/domain/settings.h"

// Segments: what a workspace has, whether its definitions hold, and who is in them. How they refer
// to each other stands in segment_references.h.
// Every segment is a field of customers, so that whatever reads fields reads segments.

namespace strata::analytics {

// A segment that can be named in a request, built-in or the workspace's own.
struct SegmentInfo {
  std::string id;     // "tier", "rfm", "at-risk"
  std::string field;  // of the catalogue: "tier", "rfm_segment", "segment:at-risk"
  bool built_in = false;
  // Of a partition, in its order, the rest last. Empty: a filter segment, whose field is boolean.
  std::vector<std::string> classes;
  // The fields that its rules look at, those of the segments that they refer to included.
  std::vector<std::string> rule_fields;

  bool is_partition() const { return !classes.empty(); }
};

// The built-ins, then the workspace's own ascending by id.
std::vector<SegmentInfo> ListSegments(const WorkspaceSettings& settings);
// "rfm_segment" is understood too. Nullopt when there is no such segment.
std::optional<SegmentInfo> FindSegment(const WorkspaceSettings& settings, absl::string_view id);

// The field that a segment's field stands for: "tier" for "segment:tier"; `id` itself otherwise.
absl::string_view AliasedField(absl::string_view id);

// INVALID_ARGUMENT naming the field ("segment.classes[1].filter") when a filter of the definition
// does not parse against the catalogue, or names a field that is none of customers (reason
// INCOMPATIBLE_FIELD).
absl::Status CheckSegmentFilters(const SegmentDefinition& segment, const FieldCatalogue& catalogue);

// Appends the fields of the built-ins ("segment:tier") and of `segments` to a catalogue's. A
// segment is a current value when something that its rules name is one.
void AddSegmentFields(const std::vector<SegmentDefinition>& segments, std::vector<Field>& fields);

// Segments made ready to be computed: those that were asked for with all that they refer to, in an
// order in which each comes after what it names.
class SegmentPlan {
 public:
  // `ids` are fields of the catalogue; those that are no own segments are passed over.
  // FAILED_PRECONDITION when a definition does not hold any more (a filter names an attribute that
  // no customer has any more) or has a cycle, which only a file changed by hand can have; names the
  // segment.
  static absl::StatusOr<SegmentPlan> Make(const std::vector<SegmentDefinition>& segments,
                                          const std::vector<std::string>& ids,
                                          const FieldCatalogue& catalogue);

  struct Step {
    std::string field;               // "segment:at-risk"
    std::vector<Filter> filters;     // one, or one a class
    std::vector<std::string> texts;  // of a partition: "", the classes, the rest
  };
  const std::vector<Step>& steps() const { return steps_; }
  // Customer fields that the filters name and that are no own segments, each once.
  const std::vector<std::string>& inputs() const { return inputs_; }

 private:
  std::vector<Step> steps_;
  std::vector<std::string> inputs_;
};

// Fills the column of one step; `features` holds what its filters name. `present` by slot, 1 where
// there is a customer: elsewhere the column is not known.
absl::Status FillSegment(const SegmentPlan::Step& step, const image::Revision& revision,
                         const Features& features, const std::vector<uint8_t>& present,
                         const StopToken& stop, FeatureColumn* column);

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENTS_H_
