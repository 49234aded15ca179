#include "server/analytics/segment/segments.h"

#include "absl/strings/str_cat.h"
#include "server/analytics/fields/partition.h"
#include "server/analytics/segment/segment_references.h"

namespace strata::analytics::segment {
namespace {

SegmentInfo InfoOf(const fields::Partition& built_in) {
  SegmentInfo info;
  info.id = std::string(built_in.id);
  info.field = std::string(built_in.field);
  info.built_in = true;
  for (const absl::string_view name : built_in.names.subspan(1)) info.classes.emplace_back(name);
  for (const absl::string_view field : built_in.rule_fields) info.rule_fields.emplace_back(field);
  return info;
}

SegmentInfo InfoOf(const SegmentDefinition& segment, const SegmentReferences& references) {
  SegmentInfo info;
  info.id = segment.id;
  info.field = absl::StrCat(fields::kSegmentPrefix, segment.id);
  for (const SegmentClass& one : segment.classes) info.classes.push_back(one.name);
  if (segment.is_partition()) info.classes.push_back(segment.rest);
  info.rule_fields = references.RuleFields(segment.id);
  return info;
}

}  // namespace

std::vector<SegmentInfo> ListSegments(const WorkspaceSettings& settings) {
  std::vector<SegmentInfo> list;
  for (const fields::Partition& built_in : fields::BuiltInPartitions())
    list.push_back(InfoOf(built_in));
  const SegmentReferences references(settings.segments);
  for (const SegmentDefinition& segment : settings.segments) {
    list.push_back(InfoOf(segment, references));
  }
  return list;
}

std::optional<SegmentInfo> FindSegment(const WorkspaceSettings& settings, absl::string_view id) {
  for (const fields::Partition& built_in : fields::BuiltInPartitions()) {
    if (built_in.id == id || built_in.field == id) return InfoOf(built_in);
  }
  const SegmentDefinition* segment = FindSegmentDefinition(settings.segments, id);
  if (segment == nullptr) return std::nullopt;
  return InfoOf(*segment, SegmentReferences(settings.segments));
}

}  // namespace strata::analytics::segment
