#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/facts/block_scan.h"
#include "server/analytics/facts/spare_columns.h"
#include "server/analytics/fields/coded_fact.h"
#include "server/analytics/fields/field_family.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/filter/filter_node.h"
#include "server/analytics/filter/filter_steps.h"
#include "server/base/status_macros.h"

namespace strata::analytics::filter {

struct BoundFilter::Rep {
  ~Rep() {
    facts::GiveColumn(matching);
    facts::GiveColumn(customers);
  }

  std::vector<uint8_t> matching;   // by slot: the customer part
  std::vector<uint8_t> customers;  // by slot: likewise, of customers that exist
  // Terms of the top-level AND that name facts, by the finest grain they name.
  std::vector<RowStep> row_terms, line_terms;
};

namespace {

using Node = Filter::Node;

constexpr uint32_t kOrdersAtOnce = 4096;
constexpr image::Slot kCustomersAtOnce = 4096;

absl::Status RefuseField(const fields::Field& field, const fields::RowGrain* facts) {
  std::vector<std::string> fitting;
  for (const fields::FieldFamily& family : fields::FieldFamilies()) {
    for (const fields::FieldDefinition& other : family.rows) {
      if (facts != nullptr && fields::GrainFits(other.grain, *facts)) fitting.push_back(other.id);
    }
  }
  fitting.push_back("every field of customers");
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", field.id, "\" cannot filter here; what can: ", absl::StrJoin(fitting, ", ")));
}

std::vector<const Node*> TopTerms(const Node* root) {
  std::vector<const Node*> terms;
  if (root == nullptr) return terms;
  if (root->kind != Node::Kind::kAnd) return {root};
  for (const Node& child : root->children) terms.push_back(&child);
  return terms;
}

// matching: by slot, 1 where every step matches; customers: likewise where the customer exists too.
void MatchAll(absl::Span<const CustomerStep> steps, absl::Span<const uint8_t> exists,
              std::vector<uint8_t>& matching, std::vector<uint8_t>& customers) {
  facts::ForSlotRanges(static_cast<image::Slot>(exists.size()),
                       [&](image::Slot begin, image::Slot end) {
                         MaskScratch& scratch = MaskScratch::OfThread();
                         for (image::Slot from = begin; from < end; from += kCustomersAtOnce) {
                           const image::Slot to = std::min(end, from + kCustomersAtOnce);
                           const size_t n = to - from;
                           uint8_t* const mask = matching.data() + from;
                           std::fill_n(mask, n, uint8_t{1});
                           for (const CustomerStep& step : steps) {
                             uint8_t* const other = scratch.Level(0, n);
                             step.Match(from, to, 1, scratch, other);
                             for (size_t i = 0; i < n; ++i) mask[i] &= other[i];
                           }
                           for (size_t i = 0; i < n; ++i)
                             customers[from + i] = mask[i] & exists[from + i];
                         }
                       });
}

// mask[i] &= of one term after another, a stretch of orders at a time.
void MatchTerms(absl::Span<const RowStep* const> terms, const RowSpan& span, FilterGrain grain,
                uint8_t* mask) {
  MaskScratch& scratch = MaskScratch::OfThread();
  const size_t n = span.Size(grain);
  if (terms.empty()) std::fill_n(mask, n, uint8_t{1});
  for (size_t i = 0; i < terms.size(); ++i) {
    if (i == 0) {
      terms[i]->Match(span, grain, 0, scratch, mask);
      continue;
    }
    uint8_t* other = scratch.Level(0, n);
    terms[i]->Match(span, grain, 1, scratch, other);
    for (size_t row = 0; row < n; ++row) mask[row] &= other[row];
  }
}

}  // namespace

BoundFilter::BoundFilter(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
BoundFilter::BoundFilter(BoundFilter&&) noexcept = default;
BoundFilter& BoundFilter::operator=(BoundFilter&&) noexcept = default;
BoundFilter::~BoundFilter() = default;

absl::StatusOr<BoundFilter> BoundFilter::Make(const Filter& filter, const fields::RowGrain* facts,
                                              const image::Revision& revision,
                                              const fields::Features& features) {
  for (const fields::Field* field : filter.fields()) {
    const bool fits = field->grain == fields::Grain::kCustomer ||
                      (facts != nullptr && fields::GrainFits(field->grain, *facts));
    if (!fits) return RefuseField(*field, facts);
  }
  auto rep = std::make_unique<Rep>();
  std::vector<CustomerStep> customer_terms;
  for (const Node* term : TopTerms(filter.root_.get())) {
    const FilterGrain grain = GrainOf(*term);
    if (grain != FilterGrain::kCustomer) {
      (grain == FilterGrain::kLine ? rep->line_terms : rep->row_terms)
          .emplace_back(*term, revision, features);
      continue;
    }
    customer_terms.emplace_back(*term, features);
  }
  rep->matching = facts::TakeColumn<uint8_t>(revision.slots);
  rep->customers = facts::TakeColumn<uint8_t>(revision.slots);
  MatchAll(customer_terms, features.exists(), rep->matching, rep->customers);
  return BoundFilter(std::move(rep));
}

absl::StatusOr<BoundFilter> BoundFilter::Bind(const Filter& filter, fields::RowGrain facts,
                                              const image::Revision& revision,
                                              const fields::Features& features,
                                              fields::DayRange window) {
  return Make(filter, &facts, revision, features);
}

absl::StatusOr<BoundFilter> BoundFilter::BindCustomers(const Filter& filter,
                                                       const image::Revision& revision,
                                                       const fields::Features& features) {
  return Make(filter, nullptr, revision, features);
}

const std::vector<uint8_t>& BoundFilter::customers() const { return rep_->customers; }
const std::vector<uint8_t>& BoundFilter::customer_part() const { return rep_->matching; }
bool BoundFilter::has_order_part() const { return !rep_->row_terms.empty(); }
bool BoundFilter::has_line_part() const { return !rep_->line_terms.empty(); }

void BoundFilter::MatchRows(const fields::FactRows& rows, image::Slot first_slot, uint32_t begin,
                            uint32_t end, uint8_t* mask) const {
  std::vector<const RowStep*> terms;
  for (const RowStep& term : rep_->row_terms) terms.push_back(&term);
  for (uint32_t from = begin; from < end; from += kOrdersAtOnce) {
    const RowSpan span = {&rows, first_slot, from, std::min(end, from + kOrdersAtOnce)};
    MatchTerms(terms, span, FilterGrain::kRow, mask + (from - begin));
  }
}

void BoundFilter::MatchLines(const fields::FactRows& rows, image::Slot first_slot, uint32_t begin,
                             uint32_t end, uint8_t* mask) const {
  std::vector<const RowStep*> terms;
  for (const RowStep& term : rep_->row_terms) terms.push_back(&term);
  for (const RowStep& term : rep_->line_terms) terms.push_back(&term);
  const uint32_t first_line = rows.orders->FirstLine(begin);
  for (uint32_t from = begin; from < end; from += kOrdersAtOnce) {
    const RowSpan span = {&rows, first_slot, from, std::min(end, from + kOrdersAtOnce)};
    MatchTerms(terms, span, FilterGrain::kLine, mask + (span.FirstLine() - first_line));
  }
}

}  // namespace strata::analytics::filter
