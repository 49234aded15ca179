#include "server/image/row_plan.h"

namespace strata::image {
namespace {

void SortRefs(RowRef* begin, RowRef* end) {
  constexpr int kFew = 24;
  if (end - begin > kFew) {
    const auto before = [](const RowRef& a, const RowRef& b) { return a.rank < b.rank; };
    if (!std::is_sorted(begin, end, before)) std::sort(begin, end, before);
    return;
  }
  for (RowRef* next = begin + 1; next < end; ++next) {
    const RowRef ref = *next;
    RowRef* place = next;
    for (; place > begin && place[-1].rank > ref.rank; --place) *place = place[-1];
    *place = ref;
  }
}

class Planner {
 public:
  Planner(const BaseRows& base, uint32_t customers, const SortedRows& added, Removal removal)
      : base_(base),
        added_(added),
        removed_(std::move(removal.rows)),
        first_new_source_(removal.first_new_source) {
    std::sort(removed_.begin(), removed_.end());
    plan_.begin.resize(customers + 1);
    for (uint32_t customer = 0; customer < customers;) {
      const uint32_t touched = NextTouched(customer, customers);
      KeepBase(customer, touched);
      if (touched < customers) AddCustomer(touched);
      customer = touched + 1;
    }
    plan_.begin[customers] = rows_;
  }

  RowPlan Take() { return std::move(plan_); }

 private:
  // The first customer from `customer` on whose rows are not just those of the base.
  uint32_t NextTouched(uint32_t customer, uint32_t customers) const {
    uint32_t end = customers;
    if (next_removed_ < removed_.size()) end = std::min(end, removed_[next_removed_].customer);
    if (added_.refs.empty()) return end;
    const uint32_t* const begin = added_.begin.data();
    while (customer < end && begin[customer] == begin[customer + 1]) ++customer;
    return customer;
  }

  uint32_t BaseBegin(uint32_t customer) const {
    return base_.begin == nullptr ? 0 : base_.begin[std::min(customer, base_.customers)];
  }

  // The base's rows of customers [first, end).
  void KeepBase(uint32_t first, uint32_t end) {
    const uint32_t base = BaseBegin(first), kept = rows_;
    for (uint32_t i = first; i < end; ++i) plan_.begin[i] = kept + BaseBegin(i) - base;
    Emit(0, base, BaseBegin(end) - base);
  }

  void AddCustomer(uint32_t customer) {
    plan_.begin[customer] = rows_;
    uint32_t base = BaseBegin(customer), added = 0, added_end = 0;
    const uint32_t base_end = BaseBegin(customer + 1);
    if (!added_.refs.empty()) {
      added = added_.begin[customer];
      added_end = added_.begin[customer + 1];
    }
    const size_t removed_begin = next_removed_;
    while (next_removed_ < removed_.size() && removed_[next_removed_].customer == customer) {
      ++next_removed_;
    }
    const absl::Span<const RowKey> removed(removed_.data() + removed_begin,
                                           next_removed_ - removed_begin);
    while (base < base_end || added < added_end) {
      const bool from_base =
          added == added_end ||
          (base < base_end && RankOf(base_.day[base], base_.key[base]) <= added_.refs[added].rank);
      if (from_base) {
        if (!Contains(removed, {customer, base_.key[base]})) Emit(0, base, 1);
        ++base;
      } else {
        const RowRef& ref = added_.refs[added++];
        if (ref.source >= first_new_source_ ||
            !Contains(removed, {customer, static_cast<uint32_t>(ref.rank)})) {
          Emit(ref.source, ref.row, 1);
        }
      }
    }
  }

  static bool Contains(absl::Span<const RowKey> removed, RowKey row) {
    return !removed.empty() && std::binary_search(removed.begin(), removed.end(), row);
  }

  void Emit(uint32_t source, uint32_t first, uint32_t count) {
    if (count == 0) return;
    rows_ += count;
    if (!plan_.runs.empty()) {
      RowRun& last = plan_.runs.back();
      if (last.source == source && last.first + last.count == first) {
        last.count += count;
        return;
      }
    }
    plan_.runs.push_back({source, first, count});
  }

  const BaseRows& base_;
  const SortedRows& added_;
  std::vector<RowKey> removed_;
  const uint32_t first_new_source_;
  size_t next_removed_ = 0;
  uint32_t rows_ = 0;
  RowPlan plan_;
};

}  // namespace

void SortRows(absl::Span<const ArrivedRows> sources, uint32_t first_source, uint32_t customers,
              SortedRows* sorted) {
  // Counted two places ahead, so that placing the rows moves every start to where it belongs.
  std::vector<uint32_t>& begin = sorted->begin;
  begin.assign(customers + 2, 0);
  size_t rows = 0;
  for (const ArrivedRows& source : sources) {
    rows += source.rows;
    for (uint32_t row = 0; row < source.rows; ++row) ++begin[source.customer[row] + 2];
  }
  for (uint32_t i = 2; i < customers + 2; ++i) begin[i] += begin[i - 1];
  sorted->refs.resize(rows);
  RowRef* const refs = sorted->refs.data();
  for (size_t i = 0; i < sources.size(); ++i) {
    const ArrivedRows& source = sources[i];
    for (uint32_t row = 0; row < source.rows; ++row) {
      refs[begin[source.customer[row] + 1]++] = {RankOf(source.day[row], source.key[row]),
                                                 first_source + static_cast<uint32_t>(i), row};
    }
  }
  begin.pop_back();
  for (uint32_t customer = 0; customer < customers; ++customer) {
    if (begin[customer + 1] - begin[customer] < 2) continue;
    SortRefs(refs + begin[customer], refs + begin[customer + 1]);
  }
}

RowPlan PlanMerge(const BaseRows& base, uint32_t customers, const SortedRows& added,
                  Removal removal) {
  return Planner(base, customers, added, std::move(removal)).Take();
}

RowPlan PlanSlice(const uint32_t* begin, uint32_t first, uint32_t count) {
  RowPlan plan;
  plan.begin.reserve(count + 1);
  for (uint32_t i = 0; i <= count; ++i) plan.begin.push_back(begin[first + i] - begin[first]);
  if (plan.rows() > 0) plan.runs.push_back({0, begin[first], plan.rows()});
  return plan;
}

}  // namespace strata::image
