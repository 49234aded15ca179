#ifndef STRATA_SERVER_RPC_SEGMENT_MEMBERS_H_
#define STRATA_SERVER_RPC_SEGMENT_MEMBERS_H_

#include <functional>

#include "absl/status/status.h"
#include "server/rpc/call_context.h"
#include "server/workspace/registry.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::rpc {

// SegmentationService.ListSegmentMembers: who is in a segment, message by message. Thread-safe.
//
// - Without `customers`: those that exist as of as_of, are in scope.segment and match scope.filter,
//   in the order asked for; `class` is set when scope.segment is a partition or a class of one.
// - With `customers`: exactly these in the order given, each with its class of scope.segment, which
//   must then be a partition or, with the classes "in" and "out", a filter segment. An id that no
//   customer has as of as_of is answered with an empty class and unknown values, not refused: a
//   caller that looks up a list must not lose the rest of it. meta.notes says how many there were.
class SegmentMemberHandler {
 public:
  // Takes one message to the caller; not OK ends the listing.
  using Send = std::function<absl::Status(const v1::ListSegmentMembersResponse&)>;

  explicit SegmentMemberHandler(const WorkspaceRegistry& registry) : registry_(registry) {}

  // Sends at least one message, also when there is nobody: the first has meta, fields and total.
  absl::Status ListSegmentMembers(const CallContext& call,
                                  const v1::ListSegmentMembersRequest& request, const Send& send);

 private:
  const WorkspaceRegistry& registry_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SEGMENT_MEMBERS_H_
