#include "server/analytics/facts/delivery.h"
#include "server/analytics/kpi/scan/order_analytic.h"

namespace strata::analytics::kpi {
namespace {

using M = Measure;

class OrderDelivery : public OrderAnalytic {
 public:
  explicit OrderDelivery(const ScanInput& input) : rule_(*input.revision->calendar, input.as_of) {}

  void Resize(size_t ids) override { counts_.resize(ids); }

  void Add(const OrderBlock& block) override {
    for (const OrderRows& rows : block.runs) {
      const image::OrderRun& run = *rows.run;
      if (run.promised_time == nullptr) continue;
      for (size_t entry = 0; entry < rows.entries; ++entry) {
        const uint32_t order = rows.OrderOf(entry);
        const Millis delivered =
            run.delivered_time == nullptr ? kNoTime : run.delivered_time[order];
        const facts::Delivery delivery =
            rule_.Of(run.day[order], run.promised_time[order], delivered);
        Counts& counts = counts_[rows.purchases[entry]];
        counts.due += delivery == facts::Delivery::kOnTime || delivery == facts::Delivery::kLate;
        counts.on_time += delivery == facts::Delivery::kOnTime;
        counts.misdated += delivery == facts::Delivery::kMisdated;
      }
    }
  }

  void Merge(OrderAnalytic& other, const std::vector<uint32_t>& new_id) override {
    auto& from = static_cast<OrderDelivery&>(other);
    for (size_t id = 0; id < from.counts_.size(); ++id) {
      Counts& to = counts_[new_id[id]];
      to.due += from.counts_[id].due;
      to.on_time += from.counts_[id].on_time;
      to.misdated += from.counts_[id].misdated;
    }
  }

  void Finish(const std::vector<uint32_t>& ids, MeasureTable* measures) override {
    for (const uint32_t id : ids) {
      (*measures)[M::kDueOrders].push_back(counts_[id].due);
      (*measures)[M::kOnTimeOrders].push_back(counts_[id].on_time);
      (*measures)[M::kMisdated].push_back(counts_[id].misdated);
    }
  }

 private:
  struct Counts {
    int64_t due = 0, on_time = 0, misdated = 0;
  };

  const facts::DeliveryRule rule_;
  std::vector<Counts> counts_;
};

}  // namespace

std::unique_ptr<OrderAnalytic> MakeOrderDelivery(const ScanInput& input) {
  return std::make_unique<OrderDelivery>(input);
}

}  // namespace strata::analytics::kpi
