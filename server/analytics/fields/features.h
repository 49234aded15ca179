#ifndef STRATA_SERVER_ANALYTICS_FIELDS_FEATURES_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_FEATURES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/analytics/facts/sum_column.h"
#include "server/analytics/fields/field.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

// Customer-grain fields of every customer as of a day, as columns by slot.

namespace strata::analytics::fields {

// One field of all customers; slots without a customer are unknown or 0, see Features::exists.
// Exactly one of the vectors is filled, by `field->type`:
// kText -> codes into `texts`; kInteger, kBoolean (0/1), kDate (Day) -> integers;
// kMoney -> integers of micros, read through Sums(); kNumber -> numbers.
struct FeatureColumn {
  const Field* field = nullptr;

  static constexpr int64_t kNullInteger = INT64_MIN;  // and NaN, and code 0, mean: not known
  std::vector<uint32_t> codes;
  std::vector<int64_t> integers;
  std::vector<double> numbers;
  // Of money: the sums that do not fit in `integers`; null when all do.
  std::shared_ptr<const facts::WideSums> wide;
  // The text of each code; entry 0 is empty and means: not known.
  std::vector<std::string> texts;
  // True when codes ascend in the order of the values: texts bytewise, months in time, age bands by
  // age, classes in their own order (strategic, growth, standard, prospect; VIP ... none; A ...
  // none). False for customer and for fields of more than 65,536 texts: there the texts tell the
  // order.
  bool ordered = false;

  bool IsNull(image::Slot slot) const;
  // NullReason::kUnknown when null, kOutOfRange where an amount leaves what Amount holds.
  Value At(image::Slot slot) const;
  // Of money; what is not known reads as kNullInteger.
  facts::SumView Sums() const { return {integers, wide.get()}; }
};

// Every customer-grain field that was asked for, computed on one revision as of one day. Events
// after `as_of` are not seen. Ranks and classes are over the whole workspace, before any filter.
class Features {
 public:
  Features(Features&&) = default;
  Features& operator=(Features&&) = default;
  ~Features();

  // `ids` must name customer-grain fields of the catalogue (INVALID_ARGUMENT else). Computes the
  // columns and whatever they need, in as few scans of the facts as possible.
  static absl::StatusOr<Features> Compute(const image::Revision& revision, Day as_of,
                                          const std::vector<std::string>& ids,
                                          const StopToken& stop);

  // The column of a field that was asked for.
  const FeatureColumn& Column(absl::string_view id) const;

  // 1 for each slot that is a customer existing by as_of: created_time, else first event, at or
  // before as_of; with neither, always. Placeholders count.
  const std::vector<uint8_t>& exists() const { return exists_; }

 private:
  Features() = default;
  std::shared_ptr<const FieldCatalogue> catalogue_;  // owns what the columns' `field` points to
  absl::flat_hash_map<std::string, FeatureColumn> columns_;
  std::vector<uint8_t> exists_;
};

}  // namespace strata::analytics::fields

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_FEATURES_H_
