#ifndef STRATA_SERVER_ANALYTICS_FILTER_FILTER_STEPS_H_
#define STRATA_SERVER_ANALYTICS_FILTER_FILTER_STEPS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "server/analytics/fields/coded_fact.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/row_field.h"
#include "server/analytics/filter/comparison_tables.h"
#include "server/analytics/filter/filter_node.h"
#include "server/image/revision.h"

// The evaluation of filters over columns: byte masks of a few thousand rows at a time, so that a
// filter of any depth stays in the cache, combined with AND, OR and NOT.

namespace strata::analytics::filter {

// Masks that one evaluation needs beside its result, one a level. A thread keeps one.
class MaskScratch {
 public:
  // At least `n` bytes, the caller's until it returns; levels ascend with the depth of the filter.
  uint8_t* Level(size_t level, size_t n);
  static MaskScratch& OfThread();

 private:
  std::deque<std::vector<uint8_t>> levels_;
};

// A filter over customers.
class CustomerStep {
 public:
  // `features` holds the fields of `node` and outlives the step, as `node` does.
  CustomerStep(const Filter::Node& node, const fields::Features& features);
  void Match(image::Slot begin, image::Slot end, size_t level, MaskScratch& scratch,
             uint8_t* mask) const;

 private:
  const Filter::Node& node_;
  std::vector<CustomerStep> children_;
  const fields::FeatureColumn* column_ = nullptr;
  std::vector<uint8_t> table_;
};

// By slot, 1 for each customer that fulfils `node`, which names customer fields only.
std::vector<uint8_t> MatchCustomers(const Filter::Node& node, const fields::Features& features,
                                    image::Slot slots);

// The rows of a fact scan: orders, tickets, contracts or surveys [begin, end), and, of orders,
// their lines.
struct RowSpan {
  const fields::FactRows* rows = nullptr;
  image::Slot first_slot = 0;
  uint32_t begin = 0, end = 0;

  uint32_t FirstLine() const { return rows->orders->FirstLine(begin); }
  uint32_t EndLine() const { return rows->orders->FirstLine(end); }
  size_t Size(FilterGrain grain) const {
    return grain == FilterGrain::kLine ? EndLine() - FirstLine() : end - begin;
  }
};

// A filter over rows. Keeps nothing of the filter or the features that made it.
class RowStep {
 public:
  // `node` names no fields that the facts do not have.
  RowStep(const Filter::Node& node, const image::Revision& revision,
          const fields::Features& features);

  // Decides at `grain`, the step's own or a finer one.
  void Match(const RowSpan& span, FilterGrain grain, size_t level, MaskScratch& scratch,
             uint8_t* mask) const;
  FilterGrain grain() const { return grain_; }

 private:
  enum class Kind : uint8_t { kAnd, kOr, kNot, kCustomers, kCodes, kDays, kWeekdays };

  void BindComparison(const Comparison& comparison, const image::Revision& revision);
  void MatchLeaf(const RowSpan& span, uint8_t* mask) const;
  void MatchCustomerRows(const RowSpan& span, uint8_t* mask) const;

  Kind kind_ = Kind::kCustomers;
  FilterGrain grain_ = FilterGrain::kRow;
  std::vector<RowStep> children_;
  std::vector<uint8_t> table_;  // kCustomers: by slot; kCodes: by raw code; kWeekdays: by weekday
  fields::CodedFact fact_ = fields::CodedFact::kStatus;
  fields::DealSizes sizes_;
  DaySpan days_ = {1, 0};
  bool negated_ = false;  // of kDays
};

}  // namespace strata::analytics::filter

#endif  // STRATA_SERVER_ANALYTICS_FILTER_FILTER_STEPS_H_
