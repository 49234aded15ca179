#include "server/analytics/kpi/scan/order_analytic.h"
#include "server/domain/calendar.h"

namespace strata::analytics::kpi {
namespace {

using M = Measure;

class OrderCustomers : public OrderAnalytic {
 public:
  explicit OrderCustomers(const ScanInput& input)
      : input_(input),
        active_(input.measures.Has(M::kActiveCustomers)),
        new_(input.measures.Has(M::kNewCustomers)),
        months_(input.measures.Has(M::kActiveMonths)) {
    if (!months_) return;
    const Calendar& calendar = *input.revision->calendar;
    for (Day day = input.window.from; day <= input.window.to; ++day) {
      month_of_day_.push_back(calendar.PeriodOf(PeriodUnit::kMonth, day));
    }
  }

  void Resize(size_t ids) override {
    if (active_) active_of_.resize(ids);
    if (new_) new_of_.resize(ids);
    if (months_) months_of_.resize(ids);
  }

  void Add(const OrderBlock& block) override {
    ForEachCustomer(
        block, &scratch_,
        [&](uint32_t customer, absl::Span<const uint32_t> ids, absl::Span<const Day> days) {
          const uint32_t mark = block.block->first_slot + customer + 1;
          if (active_) CountActive(mark, ids);
          if (months_) CountMonths(mark, ids, days);
          if (new_) CountNew(mark, FirstDay(block, customer), ids, days);
        });
  }

  void Merge(OrderAnalytic& other, const std::vector<uint32_t>& new_id) override {
    auto& from = static_cast<OrderCustomers&>(other);
    MergeCounts(from.active_of_, new_id, &active_of_);
    MergeCounts(from.new_of_, new_id, &new_of_);
    MergeCounts(from.months_of_, new_id, &months_of_);
  }

  void Finish(const std::vector<uint32_t>& ids, MeasureTable* measures) override {
    for (const uint32_t id : ids) {
      if (active_) (*measures)[M::kActiveCustomers].push_back(active_of_[id].count);
      if (new_) (*measures)[M::kNewCustomers].push_back(new_of_[id].count);
      if (months_) (*measures)[M::kActiveMonths].push_back(months_of_[id].count);
    }
  }

 private:
  // `last` is what was counted last: slot + 1, and for months the month as well.
  struct Counter {
    uint32_t last = 0;
    int32_t last_month = 0;
    int64_t count = 0;
  };

  static void MergeCounts(const std::vector<Counter>& from, const std::vector<uint32_t>& new_id,
                          std::vector<Counter>* to) {
    for (size_t id = 0; id < from.size(); ++id) (*to)[new_id[id]].count += from[id].count;
  }

  void CountActive(uint32_t mark, absl::Span<const uint32_t> ids) {
    Counter* const counters = active_of_.data();
    for (const uint32_t id : ids) {
      Counter& counter = counters[id];
      counter.count += counter.last != mark;
      counter.last = mark;
    }
  }

  // Days rise within a customer, so a month that was left does not come again.
  void CountMonths(uint32_t mark, absl::Span<const uint32_t> ids, absl::Span<const Day> days) {
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] == kNoGroupId) continue;
      Counter& counter = months_of_[ids[i]];
      const int32_t month = month_of_day_[static_cast<size_t>(days[i] - input_.window.from)];
      counter.count += counter.last != mark || counter.last_month != month;
      counter.last = mark;
      counter.last_month = month;
    }
  }

  void CountNew(uint32_t mark, Day first_day, absl::Span<const uint32_t> ids,
                absl::Span<const Day> days) {
    for (size_t i = 0; i < ids.size() && days[i] <= first_day; ++i) {
      if (ids[i] == kNoGroupId || days[i] != first_day) continue;
      Counter& counter = new_of_[ids[i]];
      counter.count += counter.last != mark;
      counter.last = mark;
    }
  }

  // The day of the first purchase of all history, whatever the filter.
  Day FirstDay(const OrderBlock& block, uint32_t customer) const {
    Day first = std::numeric_limits<Day>::max();
    for (const OrderRows& rows : block.runs) {
      const image::OrderRun& run = *rows.run;
      for (uint32_t order = run.begin[customer]; order < run.begin[customer + 1]; ++order) {
        if (!input_.revision->IsPurchase(run, order)) continue;
        first = std::min(first, run.day[order]);
        break;
      }
    }
    return first;
  }

  const ScanInput& input_;
  const bool active_, new_, months_;
  std::vector<int32_t> month_of_day_;
  std::vector<Counter> active_of_, new_of_, months_of_;
  CustomerEntries scratch_;
};

}  // namespace

std::unique_ptr<OrderAnalytic> MakeOrderCustomers(const ScanInput& input) {
  return std::make_unique<OrderCustomers>(input);
}

}  // namespace strata::analytics::kpi
