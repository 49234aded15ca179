#ifndef STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENTS_H_
#define STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/domain/settings.h"

// Segments: what a workspace has. How they refer to each other stands in segment_references.h, how
// they are fields of customers in segment_fields.h.
// Every segment is a field of customers, so that whatever reads fields reads segments.

namespace strata::analytics::segment {

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

}  // namespace strata::analytics::segment

#endif  // STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENTS_H_
