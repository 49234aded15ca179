#include "server/analytics/fields/features.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/analytics/facts/spare_columns.h"
#include "server/analytics/fields/feature_plan.h"
#include "server/analytics/fields/field_family.h"
#include "server/base/status_macros.h"

namespace strata::analytics::fields {
namespace {

// Of all families together.
absl::StatusOr<Derivation> DerivationOf(const image::Revision& revision,
                                        const std::vector<std::string>& ids,
                                        const FieldCatalogue& catalogue) {
  Derivation all;
  for (const FieldFamily& family : FieldFamilies()) {
    if (family.derive == nullptr) continue;
    STRATA_ASSIGN_OR_RETURN(Derivation one, family.derive(revision, ids, catalogue));
    std::move(one.inputs.begin(), one.inputs.end(), std::back_inserter(all.inputs));
    std::move(one.steps.begin(), one.steps.end(), std::back_inserter(all.steps));
  }
  return all;
}

bool IsDerived(const Derivation& derived, absl::string_view id) {
  return std::any_of(derived.steps.begin(), derived.steps.end(),
                     [id](const Derivation::Step& step) { return step.field == id; });
}

}  // namespace

bool FeatureColumn::IsNull(image::Slot slot) const {
  if (!codes.empty()) return codes[slot] == 0;
  if (!integers.empty()) return integers[slot] == kNullInteger;
  return numbers.empty() || std::isnan(numbers[slot]);
}

Value FeatureColumn::At(image::Slot slot) const {
  if (IsNull(slot)) return NullReason::kUnknown;
  switch (field->type) {
    case ValueType::kText:
      return texts[codes[slot]];
    case ValueType::kInteger:
      return integers[slot];
    case ValueType::kNumber:
      return numbers[slot];
    case ValueType::kBoolean:
      return integers[slot] != 0;
    case ValueType::kDate:
      return DateValue{static_cast<Day>(integers[slot])};
    case ValueType::kMoney:
      return ValueOfMicros(Sums()[slot]);
  }
  return NullReason::kUnknown;
}

Features::~Features() {
  for (auto& [id, column] : columns_) {
    facts::GiveColumn(column.codes);
    facts::GiveColumn(column.integers);
    facts::GiveColumn(column.numbers);
  }
  facts::GiveColumn(exists_);
}

absl::StatusOr<Features> Features::Compute(const image::Revision& revision, Day as_of,
                                           const std::vector<std::string>& ids,
                                           const StopToken& stop) {
  Features features;
  features.catalogue_ = std::make_shared<const FieldCatalogue>(revision);
  const FieldCatalogue& catalogue = *features.catalogue_;
  STRATA_ASSIGN_OR_RETURN(const Derivation derived, DerivationOf(revision, ids, catalogue));
  std::vector<std::string> all = ids;
  all.insert(all.end(), derived.inputs.begin(), derived.inputs.end());
  for (const Derivation::Step& step : derived.steps) all.push_back(step.field);
  features.columns_.reserve(all.size());  // columns must not move while the plan points to them
  FeaturePlan plan(revision, as_of);
  for (const std::string& id : all) {
    STRATA_ASSIGN_OR_RETURN(const Field* field, catalogue.Find(id));
    if (field->grain != Grain::kCustomer) {
      return absl::InvalidArgumentError(absl::StrCat("\"", id, "\" is no field of customers"));
    }
    const auto [column, made] = features.columns_.try_emplace(id);
    if (!made) continue;
    column->second.field = field;
    if (field->plan != nullptr) {
      field->plan(plan, *field, &column->second);
    } else if (!IsDerived(derived, id)) {
      return absl::InternalError(absl::StrCat("nothing computes the field \"", id, "\""));
    }
  }
  STRATA_RETURN_IF_ERROR(plan.Run(stop, &features.exists_));
  for (const Derivation::Step& step : derived.steps) {
    STRATA_RETURN_IF_ERROR(step.fill(revision, features, plan.present(), stop,
                                     &features.columns_.find(step.field)->second));
  }
  return features;
}

const FeatureColumn& Features::Column(absl::string_view id) const {
  return columns_.find(id)->second;
}

}  // namespace strata::analytics::fields
