// ProfileSegment: analytics in, protobuf out.
#include <string>
#include <utility>

#include "server/analytics/insight/segments/profile.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/segment_answers.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/segmentation_service.handlers.h"

namespace strata::rpc {

absl::Status SegmentationHandlers::ProfileSegment(const CallContext& call,
                                                  const v1::ProfileSegmentRequest& request,
                                                  v1::ProfileSegmentResponse* response) {
  if (request.scope().segment().empty() && request.scope().filter().empty()) {
    return FieldError("scope.segment", "name the segment to profile, or give a filter");
  }
  STRATA_ASSIGN_OR_RETURN(PinnedScope pinned, PinScope(registry_, request.scope(), 0, call.stop));
  analytics::insight::ProfileQuery query;
  query.scope = std::move(pinned.scope);
  const image::Revision& revision = *query.scope.revision;
  if (!request.against().empty()) {
    STRATA_ASSIGN_OR_RETURN(query.against,
                            SegmentFilter(*revision.settings, request.against(), "against"));
  }
  query.fields.assign(request.fields().begin(), request.fields().end());
  query.crosses.assign(request.crosses().begin(), request.crosses().end());
  STRATA_ASSIGN_OR_RETURN(const analytics::insight::SegmentProfile profile,
                          analytics::insight::ProfileSegment(query));
  ToProto(revision, profile, response);
  return absl::OkStatus();
}

}  // namespace strata::rpc
