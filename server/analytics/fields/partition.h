#ifndef STRATA_SERVER_ANALYTICS_FIELDS_PARTITION_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_PARTITION_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace strata::analytics::fields {

// A partition of the customers that every workspace has.
struct Partition {
  absl::string_view id, field;                 // "rfm", "rfm_segment"
  absl::Span<const absl::string_view> names;   // of its classes in their order; entry 0 is empty
  std::vector<absl::string_view> rule_fields;  // that its rule looks at
};

// In the order of the documentation.
absl::Span<const Partition> BuiltInPartitions();

// What the fields of segments begin with.
inline constexpr absl::string_view kSegmentPrefix = "segment:";

// The field that a segment's field stands for: "tier" for "segment:tier"; `id` itself otherwise.
absl::string_view AliasedField(absl::string_view id);

}  // namespace strata::analytics::fields

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_PARTITION_H_
