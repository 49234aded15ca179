#include "absl/types/span.h"
#include "server/analytics/fields/field_family.h"
#include "server/analytics/insight/insight_fields.h"
#include "server/analytics/segment/segment_fields.h"

// The only file that sees every room: which families of fields there are. (Those of KPIs stand in
// kpi/catalogue.cc.)

namespace strata::analytics {

absl::Span<const fields::FieldFamily> fields::FieldFamilies() {
  static const auto* const families = new std::vector<fields::FieldFamily>{
      fields::CustomerFields(), fields::PurchaseFields(), fields::ClassFields(),
      fields::ServiceFields(),  insight::InsightFields(), fields::FactFields(),
      segment::SegmentFields(), fields::AttributeFields()};
  return *families;
}

}  // namespace strata::analytics
