#ifndef STRATA_SERVER_RPC_CONVERT_SEGMENT_H_
#define STRATA_SERVER_RPC_CONVERT_SEGMENT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/field_mask.pb.h"
#include "server/domain/segment.h"
#include "server/domain/settings.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::rpc {

// What a new segment is defined as. Whether the definition holds is for ValidateSegment to say.
SegmentDefinition SegmentFrom(const v1::Segment& segment);

// Sets the fields that `mask` names. A filter takes the place of classes, and classes that of a
// filter, unless the mask names both. INVALID_ARGUMENT for an empty mask and for paths that cannot
// change.
absl::Status ApplyMask(const v1::Segment& segment, const google::protobuf::FieldMask& mask,
                       SegmentDefinition& definition);

// Changes with every change of the definition.
std::string EtagOf(const SegmentDefinition& definition);

void ToProto(const SegmentDefinition& definition, v1::Segment* out);

// The built-in segments in their order, their rules in words as description.
std::vector<v1::Segment> BuiltInSegments(const WorkspaceSettings& settings);
// The settings of a workspace that change a built-in segment, in words.
std::string SettingsThatChange(absl::string_view built_in);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_SEGMENT_H_
