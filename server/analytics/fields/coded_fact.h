#ifndef STRATA_SERVER_ANALYTICS_FIELDS_CODED_FACT_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_CODED_FACT_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/fields/row_field.h"
#include "server/domain/settings.h"
#include "server/image/revision.h"

// Fields of facts that the image keeps as codes, or that are codes by nature. The codes here are
// raw: their order tells nothing. Grouping maps them to dense ordered codes, filters to yes or no;
// both are one table lookup a row.

namespace strata::analytics::fields {

enum class CodedFact : uint8_t {
  kStatus,
  kChannel,
  kDealSize,
  kProduct,
  kProductLine,
  kPriority,
  kCategory,
  kContractStatus,
  kContractOwner,
  kSurveyKind,
};

std::optional<CodedFact> CodedFactOf(absl::string_view field_id);

// Whether rows of `facts` have fields of this grain. Orders and their lines count as one kind.
bool GrainFits(Grain grain, RowGrain facts);

// The days of the rows: of the order, the opening, the start, the survey.
const Day* DaysOf(const FactRows& rows);

// The texts by raw code; code 0 is the empty text and means: not known.
class FactTexts {
 public:
  FactTexts(CodedFact fact, const image::Revision& revision);

  uint32_t size() const;
  absl::string_view Text(uint32_t code) const;
  // The code of a text that is not empty.
  std::optional<uint32_t> Find(absl::string_view text) const;
  // True when the codes ascend in the order of the values already.
  bool ordered() const { return dictionary_ == nullptr; }

 private:
  const image::Dictionary* dictionary_ = nullptr;  // null: a fixed list
  absl::Span<const absl::string_view> list_;
};

// What the codes of deal sizes depend on.
struct DealSizes {
  Micros medium = 0, large = 0;

  explicit DealSizes(const WorkspaceSettings& settings)
      : medium(settings.deal_size_medium), large(settings.deal_size_large) {}
  // 1 small, 2 medium, 3 large.
  uint32_t CodeOf(MicrosSum total) const { return 1u + (total >= medium) + (total >= large); }
};

namespace internal {

template <typename Code, typename To>
void MapColumn(const Code* codes, uint32_t begin, uint32_t end, const To* table, To* out) {
  if (codes == nullptr) {
    std::fill_n(out, end - begin, table[0]);
    return;
  }
  for (uint32_t row = begin; row < end; ++row) *out++ = table[static_cast<uint32_t>(codes[row])];
}

template <typename To>
void MapDealSizes(const image::OrderRun& run, DealSizes sizes, uint32_t begin, uint32_t end,
                  const To* table, To* out) {
  if (run.line_begin == nullptr) {
    for (uint32_t row = begin; row < end; ++row) *out++ = table[sizes.CodeOf(run.amount[row])];
    return;
  }
  for (uint32_t row = begin; row < end; ++row) {
    MicrosSum total = 0;
    for (uint32_t line = run.line_begin[row]; line < run.line_begin[row + 1]; ++line) {
      total += run.amount[line];
    }
    *out++ = table[sizes.CodeOf(total)];
  }
}

}  // namespace internal

// out[i] = table[raw code of row begin + i]; rows are lines for kProduct and kProductLine.
template <typename To>
void MapCodes(CodedFact fact, DealSizes sizes, const FactRows& rows, uint32_t begin, uint32_t end,
              const To* table, To* out) {
  using internal::MapColumn;
  switch (fact) {
    case CodedFact::kStatus:
      return MapColumn(rows.orders->status, begin, end, table, out);
    case CodedFact::kChannel:
      return MapColumn(rows.orders->channel, begin, end, table, out);
    case CodedFact::kDealSize:
      return internal::MapDealSizes(*rows.orders, sizes, begin, end, table, out);
    case CodedFact::kProduct:
      return MapColumn(rows.orders->product, begin, end, table, out);
    case CodedFact::kProductLine:
      return MapColumn(rows.orders->product_line, begin, end, table, out);
    case CodedFact::kPriority:
      return MapColumn(rows.tickets->priority.data(), begin, end, table, out);
    case CodedFact::kCategory:
      return MapColumn(rows.tickets->category.data(), begin, end, table, out);
    case CodedFact::kContractStatus:
      return MapColumn(rows.contracts->status.data(), begin, end, table, out);
    case CodedFact::kContractOwner:
      return MapColumn(rows.contracts->owner.data(), begin, end, table, out);
    case CodedFact::kSurveyKind: {
      // The list of texts starts with the empty one.
      return MapColumn(rows.surveys->kind.data(), begin, end, table + 1, out);
    }
  }
}

}  // namespace strata::analytics::fields

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_CODED_FACT_H_
