#include "server/analytics/fields/field.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/analytics/fields/field_family.h"
#include "server/base/error.h"
#include "server/domain/nearest_names.h"
#include "server/domain/unicode.h"

namespace strata::analytics::fields {
namespace {

constexpr size_t kNearestNames = 3;
constexpr size_t kLongestShown = 96;

absl::Status NoField(absl::string_view id, absl::string_view nearest) {
  return absl::InvalidArgumentError(absl::StrCat(
      "there is no field \"", CutToValidUtf8(id, kLongestShown), "\"; nearest: ", nearest));
}

Value ValueOf(const absl::StatusOr<Amount>& amount) {
  return amount.ok() ? Value(*amount) : Value(NullReason::kOutOfRange);
}

}  // namespace

Value ValueOfMicros(MicrosSum micros) { return ValueOf(AmountFromMicros(micros)); }
Value ValueOfRatio(MicrosSum micros, int64_t divisor) {
  return ValueOf(AmountFromRatio(micros, divisor));
}

FieldCatalogue::FieldCatalogue(const image::Revision& revision)
    : FieldCatalogue(revision, revision.settings->segments) {}

FieldCatalogue::FieldCatalogue(const image::Revision& revision,
                               const std::vector<SegmentDefinition>& segments) {
  for (const FieldFamily& family : FieldFamilies()) {
    for (const FieldDefinition& row : family.rows) {
      fields_.push_back({row.id, row.type, row.unit, row.grain, row.meaning, row.groupable,
                         row.current_value, revision.settings->first_weekday, row.plan});
    }
    if (family.of_workspace != nullptr) family.of_workspace(revision, segments, fields_);
  }
}

absl::StatusOr<const Field*> FieldCatalogue::Find(absl::string_view id) const {
  for (const Field& field : fields_) {
    if (field.id == id) return &field;
  }
  return NoField(id, absl::StrJoin(Nearest(id), ", "));
}

absl::StatusOr<const Field*> FieldCatalogue::Find(
    absl::string_view id, absl::FunctionRef<bool(const Field&)> fits) const {
  const absl::StatusOr<const Field*> field = Find(id);
  if (field.ok()) return field;
  const std::string nearest = absl::StrJoin(Nearest(id, fits), ", ");
  return WithMetadata(WithReason(NoField(id, nearest), "UNKNOWN_FIELD"), "nearest", nearest);
}

std::vector<std::string> FieldCatalogue::Nearest(absl::string_view id) const {
  return Nearest(id, [](const Field&) { return true; });
}

std::vector<std::string> FieldCatalogue::Nearest(absl::string_view id,
                                                 absl::FunctionRef<bool(const Field&)> fits) const {
  std::vector<std::pair<size_t, const Field*>> distances;
  distances.reserve(fields_.size());
  for (const Field& field : fields_) {
    if (!fits(field)) continue;
    // "attribute:plan" is what someone who types "plan" means. A built-in segment's own name is a
    // field already.
    absl::string_view bare = field.id;
    size_t distance = EditDistance(id, bare);
    if (absl::ConsumePrefix(&bare, "attribute:") ||
        (field.same_as.empty() && absl::ConsumePrefix(&bare, "segment:"))) {
      distance = std::min(distance, EditDistance(id, bare));
    }
    distances.emplace_back(distance, &field);
  }
  std::stable_sort(distances.begin(), distances.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> nearest;
  for (const auto& [distance, field] : distances) {
    if (nearest.size() == kNearestNames) break;
    nearest.push_back(field->id);
  }
  return nearest;
}

std::optional<PeriodUnit> PeriodUnitOf(absl::string_view field_id) {
  if (field_id == "year") return PeriodUnit::kYear;
  if (field_id == "quarter") return PeriodUnit::kQuarter;
  if (field_id == "fiscal_year") return PeriodUnit::kFiscalYear;
  if (field_id == "fiscal_quarter") return PeriodUnit::kFiscalQuarter;
  if (field_id == "month") return PeriodUnit::kMonth;
  if (field_id == "week") return PeriodUnit::kWeek;
  if (field_id == "day") return PeriodUnit::kDay;
  return std::nullopt;
}

}  // namespace strata::analytics::fields
