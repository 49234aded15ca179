#ifndef STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENT_REFERENCES_H_
#define STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENT_REFERENCES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/domain/segment.h"

namespace strata::analytics::segment {

// Which segments and fields the definitions of a workspace name. Read off the words of the filters,
// without parsing them, so that it is cheap and needs no catalogue. `segments` outlives it.
class SegmentReferences {
 public:
  explicit SegmentReferences(const std::vector<SegmentDefinition>& segments);

  // The own segments that `id` names directly, in order of first appearance.
  std::vector<std::string> Direct(absl::string_view id) const;
  // The own segments that name `id` directly, in the order of the definitions.
  std::vector<std::string> Referrers(absl::string_view id) const;
  // A cycle that can be reached from `id`, its first name repeated at its end: "a", "b", "a".
  // Empty when there is none.
  std::vector<std::string> CycleFrom(absl::string_view id) const;
  // What the rules of `id` look at in the end: fields that are no own segments; built-in segments
  // stand as their fields.
  std::vector<std::string> RuleFields(absl::string_view id) const;
  // The segments of `ids` and all that they refer to, each after those it names. Ids that are no
  // own segments are passed over.
  std::vector<const SegmentDefinition*> InOrder(const std::vector<std::string>& ids) const;

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);
  struct Names {
    std::vector<size_t> segments;     // places in segments_
    std::vector<std::string> fields;  // everything else that stands where fields do
  };

  size_t PlaceOf(absl::string_view id) const;
  bool FindCycle(size_t place, std::vector<uint8_t>& state, std::vector<size_t>& path) const;
  void AddInOrder(size_t place, std::vector<uint8_t>& seen, std::vector<size_t>& order) const;

  const std::vector<SegmentDefinition>& segments_;
  std::vector<Names> names_;  // by place
};

}  // namespace strata::analytics::segment

#endif  // STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENT_REFERENCES_H_
