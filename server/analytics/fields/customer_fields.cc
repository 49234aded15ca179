#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/analytics/fields/age.h"
#include "server/analytics/fields/field_family.h"
#include "server/analytics/fields/profile_readers.h"

// What the customer record says.

namespace strata::analytics::fields {
namespace {

using enum Grain;
using enum ValueType;
using image::Block;
using image::Code;
using image::Column;
using image::CustomerColumns;
using image::Dictionaries;
using image::Revision;
using image::Slot;

template <image::Dictionary Dictionaries::*kTexts, Column<Code> CustomerColumns::*kMember>
void PlanText(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.ReadProfile(TextReader(plan.revision(), (*plan.revision().dictionaries).*kTexts, column,
                              [](const CustomerColumns& columns) { return &(columns.*kMember); }));
}

// value(columns, row), kNullInteger where it is not known.
template <typename ValueOfRow>
void PlanInteger(FeaturePlan& plan, FeatureColumn* column, ValueOfRow value) {
  plan.ReadProfile(IntegerReader(plan.revision(), column, value));
}

// code(columns, row) is a place in `texts`, whose first is empty.
template <typename CodeOfRow>
void PlanClass(FeaturePlan& plan, FeatureColumn* column, std::vector<std::string> texts,
               CodeOfRow code) {
  column->texts = std::move(texts);
  column->ordered = true;
  plan.ReadProfile(ByRow(plan.revision(), image::kAbsent, &column->codes, code));
}

template <Column<Day> CustomerColumns::*kMember>
void PlanDay(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  PlanInteger(plan, column, [](const CustomerColumns& columns, size_t row) {
    const Day day = (columns.*kMember)[row];
    return OrNull(day != kNoDay, day);
  });
}

void PlanId(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  const Revision& revision = plan.revision();
  column->codes.resize(revision.slots);
  column->texts.resize(size_t{revision.slots} + 1);
  plan.ReadProfile({[column, &revision](const Block& block) {
                      for (uint32_t row = 0; row < block.customers; ++row) {
                        const Slot slot = block.first_slot + row;
                        const absl::string_view id = revision.CustomerId(slot);
                        if (id.empty()) continue;
                        column->codes[slot] = slot + 1;
                        column->texts[slot + 1].assign(id.data(), id.size());
                      }
                    },
                    nullptr});
}

void PlanStrategic(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  PlanInteger(plan, column, [](const CustomerColumns& columns, size_t row) {
    return OrNull(columns.strategic[row] >= 0, columns.strategic[row]);
  });
}

void PlanChildren(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  PlanInteger(plan, column, [](const CustomerColumns& columns, size_t row) {
    return OrNull(columns.children[row] >= 0, columns.children[row]);
  });
}

void PlanPlaceholder(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  PlanInteger(plan, column, [](const CustomerColumns& columns, size_t row) {
    return int64_t{columns.placeholder[row]};
  });
}

void PlanFamily(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  PlanClass(plan, column, {"", "with_children", "without_children", "unknown"},
            [](const CustomerColumns& columns, size_t row) -> uint32_t {
              const int16_t children = columns.children[row];
              return children > 0 ? 1 : children == 0 ? 2 : 3;
            });
}

std::shared_ptr<const AgeOn> AgesOf(const FeaturePlan& plan) {
  return std::make_shared<const AgeOn>(plan.as_of(), plan.revision().settings->age_method);
}

void PlanAge(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  PlanInteger(plan, column, [age = AgesOf(plan)](const CustomerColumns& columns, size_t row) {
    const int years = age->Of(columns.birth_date[row]);
    return OrNull(years != AgeOn::kUnknown, years);
  });
}

void PlanAgeBand(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  const WorkspaceSettings& settings = *plan.revision().settings;
  const std::shared_ptr<const AgeOn> age = AgesOf(plan);
  const auto bands = std::make_shared<const AgeBands>(settings.age_band_width,
                                                      settings.age_band_anchor, age->Highest());
  PlanClass(plan, column, bands->labels(),
            [age, bands](const CustomerColumns& columns, size_t row) -> uint32_t {
              const int years = age->Of(columns.birth_date[row]);
              return years == AgeOn::kUnknown ? 0 : bands->CodeOf(years);
            });
}

// clang-format off
constexpr FieldDefinition kRows[] = {
    {"customer", kText, "", kCustomer, kGroups, kAsOf, "The customer's id.",
     PlanId},
    {"display_name", kText, "", kCustomer, kGroups, kCurrent, "The customer's name.",
     PlanText<&Dictionaries::display_name, &CustomerColumns::display_name>},
    {"gender", kText, "", kCustomer, kGroups, kCurrent, "Gender as recorded.",
     PlanText<&Dictionaries::gender, &CustomerColumns::gender>},
    {"country", kText, "", kCustomer, kGroups, kCurrent, "Country as recorded.",
     PlanText<&Dictionaries::country, &CustomerColumns::country>},
    {"region", kText, "", kCustomer, kGroups, kCurrent, "Region as recorded.",
     PlanText<&Dictionaries::region, &CustomerColumns::region>},
    {"city", kText, "", kCustomer, kGroups, kCurrent, "City as recorded.",
     PlanText<&Dictionaries::city, &CustomerColumns::city>},
    {"industry", kText, "", kCustomer, kGroups, kCurrent, "Industry as recorded.",
     PlanText<&Dictionaries::industry, &CustomerColumns::industry>},
    {"account_owner", kText, "", kCustomer, kGroups, kCurrent, "Who owns the account.",
     PlanText<&Dictionaries::account_owner, &CustomerColumns::account_owner>},
    {"strategic", kBoolean, "", kCustomer, kGroups, kCurrent,
     "Whether the business declares the customer strategic; not known where it says nothing.",
     PlanStrategic},
    {"children", kInteger, "", kCustomer, kGroups, kCurrent, "Number of children.",
     PlanChildren},
    {"family", kText, "", kCustomer, kGroups, kCurrent,
     "with_children, without_children, or unknown where the number of children is.",
     PlanFamily},
    {"birth_date", kDate, "", kCustomer, kNoGroups, kCurrent, "Date of birth.",
     PlanDay<&CustomerColumns::birth_date>},
    {"age", kInteger, "years", kCustomer, kGroups, kCurrent,
     "Age on as_of: birthdays passed, or the difference of the years where the workspace says so.",
     PlanAge},
    {"age_band", kText, "years", kCustomer, kGroups, kCurrent,
     "Band of the age on as_of, by the width and anchor of the workspace (31-40); ordered by age.",
     PlanAgeBand},
    {"created_date", kDate, "", kCustomer, kNoGroups, kCurrent,
     "Day on which the customer was created.",
     PlanDay<&CustomerColumns::created_day>},
    {"placeholder", kBoolean, "", kCustomer, kGroups, kCurrent,
     "True for a customer that other records name and that was never sent itself.",
     PlanPlaceholder},
};
// clang-format on

}  // namespace

FieldFamily CustomerFields() { return {kRows}; }

}  // namespace strata::analytics::fields
