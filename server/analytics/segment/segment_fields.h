#ifndef STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENT_FIELDS_H_
#define STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENT_FIELDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/fields/field_family.h"
#include "server/domain/segment.h"

// Segments as fields of customers: whether their definitions hold, and who is in them.

namespace strata::analytics::segment {

// One field a segment: the built-ins by another name ("segment:tier"), and the workspace's own.
fields::FieldFamily SegmentFields();

// INVALID_ARGUMENT naming the field ("segment.classes[1].filter") when a filter of the definition
// does not parse against the catalogue, or names a field that is none of customers (reason
// INCOMPATIBLE_FIELD).
absl::Status CheckSegmentFilters(const SegmentDefinition& segment,
                                 const fields::FieldCatalogue& catalogue);

// What the own segments among `ids` are computed from, and how: they with all that they refer to,
// in an order in which each comes after what it names. `ids` are fields of the catalogue; others
// are passed over. FAILED_PRECONDITION when a definition does not hold any more (a filter names an
// attribute that no customer has any more) or has a cycle, which only a file changed by hand can
// have; names the segment.
absl::StatusOr<fields::Derivation> DeriveSegments(const std::vector<SegmentDefinition>& segments,
                                                  const std::vector<std::string>& ids,
                                                  const fields::FieldCatalogue& catalogue);

}  // namespace strata::analytics::segment

#endif  // STRATA_SERVER_ANALYTICS_SEGMENT_SEGMENT_FIELDS_H_
