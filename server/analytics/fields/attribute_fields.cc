#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/analytics/fields/field_family.h"
#include "server/analytics/fields/profile_readers.h"

// What a workspace's customer records say beside: one field an attribute key.

namespace strata::analytics::fields {
namespace {

using image::Code;
using image::CustomerColumns;
using image::Revision;

constexpr absl::string_view kPrefix = "attribute:";
constexpr double kNotSet = std::numeric_limits<double>::quiet_NaN();

// `field` is one of the catalogue of the plan's revision.
void PlanAttribute(FeaturePlan& plan, const Field& field, FeatureColumn* column) {
  const Revision& revision = plan.revision();
  const absl::string_view key = absl::StripPrefix(field.id, kPrefix);
  const Code number = *revision.dictionaries->attributes.Find(key);
  switch (revision.attribute_kinds[number]) {
    case image::AttributeKind::kText:
      return plan.ReadProfile(TextReader(revision, revision.dictionaries->attribute_texts, column,
                                         [number](const CustomerColumns& columns) {
                                           const auto found = columns.text_attributes.find(number);
                                           return found == columns.text_attributes.end()
                                                      ? nullptr
                                                      : &found->second;
                                         }));
    case image::AttributeKind::kNumber:
      return plan.ReadProfile(ByRow(revision, kNotSet, &column->numbers,
                                    [number](const CustomerColumns& columns, size_t row) {
                                      const auto found = columns.number_attributes.find(number);
                                      return found == columns.number_attributes.end()
                                                 ? kNotSet
                                                 : found->second[row];
                                    }));
    case image::AttributeKind::kBoolean:
      return plan.ReadProfile(
          IntegerReader(revision, column, [number](const CustomerColumns& columns, size_t row) {
            const auto found = columns.boolean_attributes.find(number);
            const int8_t value =
                found == columns.boolean_attributes.end() ? int8_t{-1} : found->second[row];
            return OrNull(value >= 0, value);
          }));
  }
}

Field AttributeField(absl::string_view key, image::AttributeKind kind) {
  Field field;
  field.id = absl::StrCat(kPrefix, key);
  field.meaning = absl::StrCat("Custom attribute \"", key, "\" of the customer.");
  field.current_value = true;
  field.plan = PlanAttribute;
  switch (kind) {
    case image::AttributeKind::kText:
      field.type = ValueType::kText;
      break;
    case image::AttributeKind::kNumber:
      field.type = ValueType::kNumber;
      break;
    case image::AttributeKind::kBoolean:
      field.type = ValueType::kBoolean;
      break;
  }
  // Numbers are measurements: groups of equal ones tell little and can be as many as customers.
  field.groupable = kind != image::AttributeKind::kNumber;
  return field;
}

void AddAttributeFields(const Revision& revision, const std::vector<SegmentDefinition>&,
                        std::vector<Field>& fields) {
  const auto first = static_cast<std::ptrdiff_t>(fields.size());
  for (size_t number = 1; number < revision.attribute_kinds.size(); ++number) {
    const absl::string_view key = revision.dictionaries->attributes.Text(static_cast<Code>(number));
    fields.push_back(AttributeField(key, revision.attribute_kinds[number]));
  }
  // Attribute numbers follow arrival, which must not show: order by key.
  std::sort(fields.begin() + first, fields.end(),
            [](const Field& a, const Field& b) { return a.id < b.id; });
}

}  // namespace

FieldFamily AttributeFields() { return {{}, AddAttributeFields}; }

}  // namespace strata::analytics::fields
