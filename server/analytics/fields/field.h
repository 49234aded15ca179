#ifndef STRATA_SERVER_ANALYTICS_FIELDS_FIELD_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_FIELD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/domain/calendar.h"
#include "server/domain/money.h"
#include "server/domain/segment.h"
#include "server/image/revision.h"

// The one field catalogue: what filters, group-by, members' columns and profiles may name.

namespace strata::analytics::fields {

enum class Grain : uint8_t { kCustomer, kOrder, kLine, kTicket, kContract, kSurvey, kEvent };

enum class ValueType : uint8_t { kText, kInteger, kNumber, kMoney, kBoolean, kDate };

enum class NullReason : uint8_t {
  kNoRecords,
  kZeroDenominator,
  kNotEnoughHistory,
  kUnknown,
  kNotApplicable,
  kOutOfRange,
};

// A typed value of an answer. Money of one customer or cell is an Amount.
struct DateValue {
  Day day;
  friend bool operator==(const DateValue&, const DateValue&) = default;
};
using Value = std::variant<NullReason, bool, int64_t, double, Amount, DateValue, std::string>;

// An Amount, or kOutOfRange where the sum leaves what an Amount holds.
Value ValueOfMicros(MicrosSum micros);
// Likewise of micros / divisor, rounded as AmountFromRatio does; divisor > 0.
Value ValueOfRatio(MicrosSum micros, int64_t divisor);

struct Field;
struct FeatureColumn;
class FeaturePlan;

// Plans how the column of a field of customers is computed (feature_plan.h).
using PlanField = void (*)(FeaturePlan& plan, const Field& field, FeatureColumn* column);

// One field. Ids: "country", "tier", "revenue_90d", "attribute:plan", "segment:at-risk".
struct Field {
  std::string id;
  ValueType type = ValueType::kText;
  std::string unit;  // "", "currency", "days", "years", "1" ...
  Grain grain = Grain::kCustomer;
  std::string meaning;  // one sentence
  bool groupable = true;
  bool current_value = false;  // only the latest value is kept, not the value as of a date
  int first_weekday = 1;       // of the workspace's weeks, which are named after it
  // Of fields of customers; null: it is derived from other fields (field_family.h).
  PlanField plan = nullptr;
  std::string same_as = "";  // the field that it is another name of ("tier" of "segment:tier")
};

// The catalogue of one revision: the fields of every family (field_family.h). Cheap to make.
class FieldCatalogue {
 public:
  explicit FieldCatalogue(const image::Revision& revision);
  // What it would be with these segments, ascending by id.
  FieldCatalogue(const image::Revision& revision, const std::vector<SegmentDefinition>& segments);

  // In the order of the documentation.
  const std::vector<Field>& fields() const { return fields_; }

  // INVALID_ARGUMENT that names the nearest ids when there is no such field. Where only some fields
  // fit what is asked, `fits` chooses those that are named; the error then has the reason
  // UNKNOWN_FIELD and them as its metadata "nearest".
  absl::StatusOr<const Field*> Find(absl::string_view id) const;
  absl::StatusOr<const Field*> Find(absl::string_view id,
                                    absl::FunctionRef<bool(const Field&)> fits) const;

  // The up to three ids that look most like `id`, of all fields or of those that fit.
  std::vector<std::string> Nearest(absl::string_view id) const;
  std::vector<std::string> Nearest(absl::string_view id,
                                   absl::FunctionRef<bool(const Field&)> fits) const;

 private:
  std::vector<Field> fields_;
};

// The period unit of a time field ("month", "fiscal_quarter" ...) or nullopt.
std::optional<PeriodUnit> PeriodUnitOf(absl::string_view field_id);

}  // namespace strata::analytics::fields

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_FIELD_H_
