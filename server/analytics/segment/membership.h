#ifndef STRATA_SERVER_ANALYTICS_SEGMENT_MEMBERSHIP_H_
#define STRATA_SERVER_ANALYTICS_SEGMENT_MEMBERSHIP_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/field.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

// Who is in a segment on one revision, and who entered and left from one revision to a later one of
// the same workspace.

namespace strata::analytics::segment {

// The members as of the revision's own day (DefaultDayOf), so that a new day moves them too.
struct Membership {
  image::RevisionPtr revision;
  Day as_of = kNoDay;
  bool empty = false;         // the workspace: it has no day of its own
  std::vector<bool> members;  // by slot

  bool Holds(image::Slot slot) const { return slot < members.size() && members[slot]; }
};
using MembershipPtr = std::shared_ptr<const Membership>;

// The customers that satisfy `filter`, which says what the segment is (`tier = "strategic"`).
// INVALID_ARGUMENT for a filter that does not hold on this revision.
absl::StatusOr<Membership> ComputeMembership(image::RevisionPtr revision, absl::string_view filter,
                                             const StopToken& stop);

// A field of a customer on both sides of a difference. Unset where the customer, or the field, was
// not there.
struct FieldChange {
  absl::string_view field;
  std::optional<fields::Value> before, after;
};

// What happened to the members from `before` to `after`: those who left, then those who entered,
// each in the order in which the customers first came. Nobody is named twice: somebody who was
// deleted and came again in between is one and the same, by their id. Immutable.
class MembershipDifference {
 public:
  struct Fields {
    std::vector<std::string> rule;   // told where they differ
    std::vector<std::string> asked;  // told in any case
  };

  // Without `before` everybody enters. Fields that a revision does not have are unset on its side.
  // The values are computed only when somebody moved.
  static absl::StatusOr<MembershipDifference> Compute(MembershipPtr before, MembershipPtr after,
                                                      const Fields& fields, const StopToken& stop);

  const MembershipPtr& after() const { return after_; }
  size_t size() const { return moved_.size(); }
  bool entered(size_t i) const { return i >= left_; }
  image::Slot slot(size_t i) const { return moved_[i]; }
  absl::string_view customer(size_t i) const;
  // In the order of the rule's fields, then of those asked for; each field once.
  std::vector<FieldChange> Changes(size_t i) const;

 private:
  struct Column {
    std::string field;
    bool always = false;
    const fields::FeatureColumn* before = nullptr;  // null: not there
    const fields::FeatureColumn* after = nullptr;
  };

  MembershipDifference() = default;
  void Compare();
  void JoinReturned(std::vector<image::Slot>& entered);
  absl::Status Describe(const Fields& fields, const StopToken& stop);

  MembershipPtr before_, after_;  // before_ may be null
  std::vector<image::Slot> moved_;
  size_t left_ = 0;  // the first so many of moved_ left
  // The slot that somebody who entered had before, where it was another one.
  absl::flat_hash_map<image::Slot, image::Slot> slot_before_;
  std::shared_ptr<const fields::Features> features_before_, features_after_;
  std::vector<Column> columns_;
};

// Whether the customer of `slot` is in the revision at all: neither deleted nor erased.
bool IsPresent(const image::Revision& revision, image::Slot slot);

}  // namespace strata::analytics::segment

#endif  // STRATA_SERVER_ANALYTICS_SEGMENT_MEMBERSHIP_H_
