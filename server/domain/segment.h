#ifndef STRATA_SERVER_DOMAIN_SEGMENT_H_
#define STRATA_SERVER_DOMAIN_SEGMENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/domain/day.h"

namespace strata {

inline constexpr size_t kMaxSegments = 200;
inline constexpr size_t kMaxSegmentClasses = 50;

// One class of a partition.
struct SegmentClass {
  std::string name;    // [a-z][a-z0-9-]{0,62}
  std::string filter;  // over customer fields

  friend bool operator==(const SegmentClass&, const SegmentClass&) = default;
};

// A group of customers that a workspace has defined: a filter (in or out), or a partition of
// ordered classes and a name for everybody else. Part of the settings, so that a change of it
// advances the revision.
struct SegmentDefinition {
  std::string id;  // [a-z][a-z0-9-]{0,62}, none of the built-in ones
  std::string display_name, description, owner;

  // A filter segment has `filter`; a partition has `classes`, of which the first match wins, and
  // `rest`.
  std::string filter;
  std::vector<SegmentClass> classes;
  std::string rest;

  // Of the last change: the workspace's number then. Whoever stores a change sets these three.
  int64_t revision = 0;
  Millis created_time = kNoTime, updated_time = kNoTime;

  bool is_partition() const { return !classes.empty(); }

  friend bool operator==(const SegmentDefinition&, const SegmentDefinition&) = default;
};

// Whether `name` matches [a-z][a-z0-9-]{0,62}.
bool IsSegmentName(absl::string_view name);

// "tier", "loyalty", "rfm" and "abc": every workspace has them and none can define them.
bool IsBuiltInSegment(absl::string_view id);

// The segment of this id, or null.
const SegmentDefinition* FindSegmentDefinition(const std::vector<SegmentDefinition>& segments,
                                               absl::string_view id);

// INVALID_ARGUMENT naming the field ("segment.classes[1].name") when a definition does not hold by
// its form: names, one of filter and classes, number and names of the classes. What its filters say
// is not looked at.
absl::Status ValidateSegment(const SegmentDefinition& segment);

}  // namespace strata

#endif  // STRATA_SERVER_DOMAIN_SEGMENT_H_
