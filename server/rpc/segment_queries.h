#ifndef STRATA_SERVER_RPC_SEGMENT_QUERIES_H_
#define STRATA_SERVER_RPC_SEGMENT_QUERIES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/rpc/call_context.h"
#include "server/workspace/registry.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::rpc {

// INVALID_ARGUMENT naming scope.range, with the reason why there is none, when the request has one.
absl::Status RefuseRange(const v1::QueryScope& scope, absl::string_view why);

// The methods of strata.v1.SegmentationService that ask about the members of segments and answer in
// one message, a file each: segment_profile.cc, segment_rfm.cc, segment_transitions.cc;
// segment_members.h and segment_watch.h have the streams. Thread-safe.
class SegmentQueryHandlers {
 public:
  explicit SegmentQueryHandlers(const WorkspaceRegistry& registry) : registry_(registry) {}

  // scope.segment and scope.filter together say who is profiled, over the scope's range.
  absl::Status ProfileSegment(const CallContext& call, const v1::ProfileSegmentRequest& request,
                              v1::ProfileSegmentResponse* response);
  // window_days 0 takes the workspace's rfm_window_days. A hundred thousand customers' rows make a
  // message of some 8 MB: a caller that asks for them raises its own limit, by default 4 MB.
  absl::Status ScoreRfm(const CallContext& call, const v1::ScoreRfmRequest& request,
                        v1::ScoreRfmResponse* response);
  // `partition` may also be a filter segment, with the classes "in" and "out". Quarters are
  // calendar quarters that have ended by as_of; ends before the first event are left out, and
  // meta.notes says so.
  absl::Status ComputeTransitions(const CallContext& call,
                                  const v1::ComputeTransitionsRequest& request,
                                  v1::ComputeTransitionsResponse* response);

 private:
  const WorkspaceRegistry& registry_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SEGMENT_QUERIES_H_
