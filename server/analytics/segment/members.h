#ifndef STRATA_SERVER_ANALYTICS_SEGMENT_MEMBERS_H_
#define STRATA_SERVER_ANALYTICS_SEGMENT_MEMBERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/segment/segments.h"
#include "server/image/revision.h"

// Which class of a segment each customer is in.

namespace strata::analytics::segment {

// The class of a customer whom a partition leaves without one: of the built-ins only rfm does so,
// with customers that bought nothing. No own class can have this name.
inline constexpr char kNotScored[] = "not scored";

// Every customer that exists in exactly one class.
struct SegmentClasses {
  // By code: entry 0 is empty; then the partition's classes in its order, or "in" and "out" of a
  // filter segment; kNotScored last.
  std::vector<std::string> names;
  std::vector<uint32_t> codes;  // by slot; 0 where no customer exists as of the features' day

  uint32_t not_scored() const { return static_cast<uint32_t>(names.size() - 1); }
};

// `features` holds the segment's field.
SegmentClasses ClassesOf(const SegmentInfo& segment, const fields::Features& features);

// The slots of the present customers with these ids, in the order given; image::kNoSlot where there
// is none. One pass over the workspace's ids however many are asked for.
std::vector<image::Slot> FindCustomers(const image::Revision& revision,
                                       absl::Span<const std::string> ids);

}  // namespace strata::analytics::segment

#endif  // STRATA_SERVER_ANALYTICS_SEGMENT_MEMBERS_H_
