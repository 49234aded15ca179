#ifndef STRATA_SERVER_RPC_SEGMENTATION_SERVICE_H_
#define STRATA_SERVER_RPC_SEGMENTATION_SERVICE_H_

#include "absl/status/status.h"
#include "server/rpc/call_context.h"
#include "server/workspace/registry.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::rpc {

// The methods of strata.v1.SegmentationService that define segments; segment_queries.h has those
// that ask about their members. Thread-safe.
class SegmentHandlers {
 public:
  explicit SegmentHandlers(WorkspaceRegistry& registry) : registry_(registry) {}

  absl::Status CreateSegment(const CallContext& call, const v1::CreateSegmentRequest& request,
                             v1::CreateSegmentResponse* response);
  absl::Status GetSegment(const CallContext& call, const v1::GetSegmentRequest& request,
                          v1::GetSegmentResponse* response);
  absl::Status ListSegments(const CallContext& call, const v1::ListSegmentsRequest& request,
                            v1::ListSegmentsResponse* response);
  absl::Status UpdateSegment(const CallContext& call, const v1::UpdateSegmentRequest& request,
                             v1::UpdateSegmentResponse* response);
  absl::Status DeleteSegment(const CallContext& call, const v1::DeleteSegmentRequest& request,
                             v1::DeleteSegmentResponse* response);
  absl::Status CheckFilter(const CallContext& call, const v1::CheckFilterRequest& request,
                           v1::CheckFilterResponse* response);

 private:
  WorkspaceRegistry& registry_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SEGMENTATION_SERVICE_H_
