#include "server/analytics/filter/filter_steps.h"

#include <algorithm>

#include "server/analytics/facts/block_scan.h"

namespace strata::analytics::filter {
namespace {

using Node = Filter::Node;
using NodeKind = Filter::Node::Kind;

// Rows at a time: a mask is one page.
constexpr uint32_t kRowsAtOnce = 4096;

void AndInto(const uint8_t* other, size_t n, uint8_t* mask) {
  for (size_t i = 0; i < n; ++i) mask[i] &= other[i];
}
void OrInto(const uint8_t* other, size_t n, uint8_t* mask) {
  for (size_t i = 0; i < n; ++i) mask[i] |= other[i];
}
void Invert(size_t n, uint8_t* mask) {
  for (size_t i = 0; i < n; ++i) mask[i] ^= 1;
}

// Gives every line the mask of its order.
void ExpandToLines(const RowSpan& span, const uint8_t* orders, uint8_t* lines) {
  const image::OrderRun& run = *span.rows->orders;
  if (run.line_begin == nullptr) {
    std::copy_n(orders, span.end - span.begin, lines);
    return;
  }
  for (uint32_t row = span.begin; row < span.end; ++row) {
    lines =
        std::fill_n(lines, run.line_begin[row + 1] - run.line_begin[row], orders[row - span.begin]);
  }
}

const uint32_t* BeginsOf(const fields::FactRows& rows, size_t* customers) {
  if (rows.orders != nullptr) {
    *customers = rows.orders->customers;
    return rows.orders->begin;
  }
  const std::vector<uint32_t>& begin = rows.tickets != nullptr     ? rows.tickets->begin
                                       : rows.contracts != nullptr ? rows.contracts->begin
                                                                   : rows.surveys->begin;
  *customers = begin.size() - 1;
  return begin.data();
}

}  // namespace

uint8_t* MaskScratch::Level(size_t level, size_t n) {
  while (levels_.size() <= level) levels_.emplace_back();
  std::vector<uint8_t>& mask = levels_[level];
  if (mask.size() < n) mask.resize(n);
  return mask.data();
}

MaskScratch& MaskScratch::OfThread() {
  static thread_local MaskScratch scratch;
  return scratch;
}

CustomerStep::CustomerStep(const Node& node, const fields::Features& features) : node_(node) {
  for (const Node& child : node.children) children_.emplace_back(child, features);
  if (node.kind != NodeKind::kComparison) return;
  column_ = &features.Column(node.comparison.field->id);
  table_ = CodeTable(node.comparison, column_->texts);
}

void CustomerStep::Match(image::Slot begin, image::Slot end, size_t level, MaskScratch& scratch,
                         uint8_t* mask) const {
  if (node_.kind == NodeKind::kComparison) {
    return MatchColumn(node_.comparison, *column_, table_, begin, end, mask);
  }
  children_.front().Match(begin, end, level, scratch, mask);
  if (node_.kind == NodeKind::kNot) return Invert(end - begin, mask);
  uint8_t* other = scratch.Level(level, end - begin);
  for (size_t i = 1; i < children_.size(); ++i) {
    children_[i].Match(begin, end, level + 1, scratch, other);
    (node_.kind == NodeKind::kAnd ? AndInto : OrInto)(other, end - begin, mask);
  }
}

std::vector<uint8_t> MatchCustomers(const Node& node, const fields::Features& features,
                                    image::Slot slots) {
  const CustomerStep step(node, features);
  std::vector<uint8_t> matches(slots);
  facts::ForSlotRanges(slots, [&](image::Slot begin, image::Slot end) {
    MaskScratch& scratch = MaskScratch::OfThread();
    for (image::Slot from = begin; from < end; from += kRowsAtOnce) {
      step.Match(from, std::min(end, from + kRowsAtOnce), 0, scratch, matches.data() + from);
    }
  });
  return matches;
}

RowStep::RowStep(const Node& node, const image::Revision& revision,
                 const fields::Features& features)
    : grain_(GrainOf(node)), sizes_(*revision.settings) {
  if (grain_ == FilterGrain::kCustomer) {
    table_ = MatchCustomers(node, features, revision.slots);
    return;
  }
  for (const Node& child : node.children) children_.emplace_back(child, revision, features);
  switch (node.kind) {
    case NodeKind::kAnd:
      kind_ = Kind::kAnd;
      break;
    case NodeKind::kOr:
      kind_ = Kind::kOr;
      break;
    case NodeKind::kNot:
      kind_ = Kind::kNot;
      break;
    case NodeKind::kComparison:
      BindComparison(node.comparison, revision);
      break;
  }
}

void RowStep::BindComparison(const Comparison& comparison, const image::Revision& revision) {
  if (const std::optional<fields::CodedFact> fact = fields::CodedFactOf(comparison.field->id);
      fact.has_value()) {
    kind_ = Kind::kCodes;
    fact_ = *fact;
    table_ = CodeTable(comparison, fields::FactTexts(*fact, revision));
    return;
  }
  if (comparison.field->id == "weekday") {
    constexpr int kDaysOfWeek = 7;
    kind_ = Kind::kWeekdays;
    table_.resize(kDaysOfWeek + 1);
    for (int day = 1; day <= kDaysOfWeek; ++day) {
      const bool fulfils = day >= comparison.low && day <= comparison.high;
      table_[static_cast<size_t>(day)] = fulfils != comparison.negated;
    }
    return;
  }
  kind_ = Kind::kDays;
  days_ = DaysThatFulfil(comparison, *revision.calendar);
  negated_ = comparison.negated;
}

void RowStep::Match(const RowSpan& span, FilterGrain grain, size_t level, MaskScratch& scratch,
                    uint8_t* mask) const {
  if (grain == FilterGrain::kLine && grain_ != FilterGrain::kLine) {
    uint8_t* orders = scratch.Level(level, span.Size(FilterGrain::kRow));
    Match(span, FilterGrain::kRow, level + 1, scratch, orders);
    return ExpandToLines(span, orders, mask);
  }
  if (children_.empty()) return MatchLeaf(span, mask);
  const size_t n = span.Size(grain);
  children_.front().Match(span, grain, level, scratch, mask);
  if (kind_ == Kind::kNot) return Invert(n, mask);
  uint8_t* other = scratch.Level(level, n);
  for (size_t i = 1; i < children_.size(); ++i) {
    children_[i].Match(span, grain, level + 1, scratch, other);
    (kind_ == Kind::kAnd ? AndInto : OrInto)(other, n, mask);
  }
}

void RowStep::MatchLeaf(const RowSpan& span, uint8_t* mask) const {
  if (kind_ == Kind::kCustomers) return MatchCustomerRows(span, mask);
  if (kind_ == Kind::kCodes) {
    const bool lines = grain_ == FilterGrain::kLine;
    return fields::MapCodes(fact_, sizes_, *span.rows, lines ? span.FirstLine() : span.begin,
                            lines ? span.EndLine() : span.end, table_.data(), mask);
  }
  const Day* days = fields::DaysOf(*span.rows);
  if (kind_ == Kind::kWeekdays) {
    for (uint32_t row = span.begin; row < span.end; ++row) {
      *mask++ = table_[static_cast<size_t>(WeekdayOf(days[row]))];
    }
    return;
  }
  const uint8_t negated = negated_;
  if (days_.first > days_.last) {
    std::fill_n(mask, span.end - span.begin, negated);
    return;
  }
  // A range comes close enough to the ends of Day to be cut to them.
  const auto first =
      static_cast<Day>(std::max<int64_t>(days_.first, std::numeric_limits<Day>::min()));
  const auto last =
      static_cast<Day>(std::min<int64_t>(days_.last, std::numeric_limits<Day>::max()));
  for (uint32_t row = span.begin; row < span.end; ++row) {
    const uint8_t inside =
        static_cast<uint8_t>(days[row] >= first) & static_cast<uint8_t>(days[row] <= last);
    *mask++ = inside ^ negated;
  }
}

void RowStep::MatchCustomerRows(const RowSpan& span, uint8_t* mask) const {
  size_t customers = 0;
  const uint32_t* begin = BeginsOf(*span.rows, &customers);
  // The last customer whose rows begin at or before the first row.
  size_t customer =
      static_cast<size_t>(std::upper_bound(begin, begin + customers, span.begin) - begin) - 1;
  for (uint32_t row = span.begin; row < span.end; ++customer) {
    const uint32_t end = std::min(begin[customer + 1], span.end);
    mask = std::fill_n(mask, end - row, table_[span.first_slot + customer]);
    row = end;
  }
}

}  // namespace strata::analytics::filter
