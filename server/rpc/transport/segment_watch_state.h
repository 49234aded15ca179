#ifndef STRATA_SERVER_RPC_TRANSPORT_SEGMENT_WATCH_STATE_H_
#define STRATA_SERVER_RPC_TRANSPORT_SEGMENT_WATCH_STATE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/analytics/segment/membership.h"
#include "server/base/stop.h"
#include "server/workspace/workspace.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::rpc {

// What watches have computed and may share: those of one segment that stand at the same revision
// ask once. Remembers what somebody still uses, and what was computed since the last Sweep. For one
// thread.
class MembershipCache {
 public:
  // The members of `segment` by the definition of the revision. NOT_FOUND when it has none;
  // INVALID_ARGUMENT for a partition without a class.
  absl::StatusOr<analytics::segment::MembershipPtr> Members(const image::RevisionPtr& revision,
                                                            const std::string& segment,
                                                            const StopToken& stop);

  using DifferencePtr = std::shared_ptr<const analytics::segment::MembershipDifference>;
  // `asked` are the fields of the request.
  absl::StatusOr<DifferencePtr> Difference(const analytics::segment::MembershipPtr& before,
                                           const analytics::segment::MembershipPtr& after,
                                           const v1::WatchSegmentRequest& request,
                                           const StopToken& stop);

  // Drops what nobody uses any more.
  void Sweep();

 private:
  // Objects are told apart by address: what is in use keeps its own.
  using MembersKey = std::pair<const image::Revision*, std::string>;
  using DifferenceKey = std::tuple<const void*, const void*, std::string>;
  std::map<MembersKey, std::weak_ptr<const analytics::segment::Membership>> members_;
  std::map<DifferenceKey, std::weak_ptr<const analytics::segment::MembershipDifference>>
      differences_;
  std::vector<DifferencePtr> fresh_;  // a short difference is told, and dropped, at once
};

// Where one watch stands and what it says next. Revisions that come while a difference is being
// told are not remembered: the next difference leads from the last one told to the newest. Knows no
// gRPC. For one thread.
class SegmentWatchState {
 public:
  SegmentWatchState(v1::WatchSegmentRequest request, WorkspacePtr workspace, MembershipCache& cache)
      : request_(std::move(request)), workspace_(std::move(workspace)), cache_(cache) {}

  // Checks the request against the newest revision and finds the place to go on from. Called once,
  // first.
  absl::Status Begin(const StopToken& stop);

  const WorkspacePtr& workspace() const { return workspace_; }
  // The revision that everything was told up to; 0 before the first.
  int64_t caught_up() const { return caught_up_; }
  // Customers told of.
  int64_t told() const { return told_; }

  // Whether there is a newer revision than the one that everything was told up to.
  bool behind() const { return caught_up_ < workspace_->Current()->number || !greeted_; }
  // Computes the difference to the newest revision. NOT_FOUND when the segment is gone.
  absl::Status Follow(const StopToken& stop);

  // Whether a difference is being told; then Next fills the next message of it, the last of which
  // holds CAUGHT_UP.
  bool telling() const { return difference_ != nullptr; }
  void Next(v1::WatchSegmentResponse* message);

  // Lets a reader who comes back find the revision that it was told up to. Not when somebody has
  // been deleted or erased since: an old revision must not keep them.
  void HoldPlace() const;

 private:
  absl::Status CheckFields(const image::Revision& revision) const;
  void AddEvent(size_t i, const image::Revision& newest, v1::WatchSegmentResponse* message);

  const v1::WatchSegmentRequest request_;
  const WorkspacePtr workspace_;
  MembershipCache& cache_;

  analytics::segment::MembershipPtr
      known_;  // what the reader knows; null: nothing, so RESET comes first
  MembershipCache::DifferencePtr difference_;
  size_t next_ = 0;  // of difference_
  bool reset_ = false;
  bool greeted_ = false;  // the first CAUGHT_UP was told
  int64_t caught_up_ = 0;
  int64_t told_ = 0;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_SEGMENT_WATCH_STATE_H_
