#include "server/analytics/kpi/order_analytic.h"
#include "server/domain/calendar.h"

namespace strata::analytics::kpi {
namespace {

using M = Measure;

class OrderDelivery : public OrderAnalytic {
 public:
  explicit OrderDelivery(const ScanInput& input)
      : end_(input.revision->calendar->StartOf(input.as_of + 1)) {}

  void Resize(size_t ids) override {
    due_.resize(ids, 0);
    on_time_.resize(ids, 0);
  }

  void Add(const OrderBlock& block) override {
    for (const OrderRows& rows : block.runs) {
      const image::OrderRun& run = *rows.run;
      if (run.promised_time == nullptr) continue;
      for (size_t entry = 0; entry < rows.entries; ++entry) {
        const uint32_t order = rows.OrderOf(entry);
        const Millis promised = run.promised_time[order];
        if (promised == kNoTime) continue;
        Millis delivered = run.delivered_time == nullptr ? kNoTime : run.delivered_time[order];
        if (delivered >= end_) delivered = kNoTime;
        const bool open = delivered == kNoTime;
        due_[rows.recognised[entry]] += !open || promised < end_;
        on_time_[rows.recognised[entry]] += !open && delivered <= promised;
      }
    }
  }

  void Merge(OrderAnalytic& other, const std::vector<uint32_t>& new_id) override {
    auto& from = static_cast<OrderDelivery&>(other);
    for (size_t id = 0; id < from.due_.size(); ++id) {
      due_[new_id[id]] += from.due_[id];
      on_time_[new_id[id]] += from.on_time_[id];
    }
  }

  void Finish(const std::vector<uint32_t>& ids, MeasureTable* measures) override {
    for (const uint32_t id : ids) {
      (*measures)[M::kDueOrders].push_back(due_[id]);
      (*measures)[M::kOnTimeOrders].push_back(on_time_[id]);
    }
  }

 private:
  const Millis end_;  // the first instant that is not seen
  std::vector<int64_t> due_, on_time_;
};

}  // namespace

std::unique_ptr<OrderAnalytic> MakeOrderDelivery(const ScanInput& input) {
  return std::make_unique<OrderDelivery>(input);
}

}  // namespace strata::analytics::kpi
