#include "server/analytics/kpi/order_analytic.h"
#include "server/analytics/kpi/samples.h"

namespace strata::analytics::kpi {
namespace {

using M = Measure;

class OrderValues : public OrderAnalytic {
 public:
  explicit OrderValues(const ScanInput& input) : measures_(input.measures & kOrderValueMeasures) {}

  void Resize(size_t ids) override { groups_ = ids; }

  void Add(const OrderBlock& block) override {
    for (const OrderRows& rows : block.runs) {
      const image::OrderRun& run = *rows.run;
      for (size_t entry = 0; entry < rows.entries; ++entry) {
        const uint32_t id = rows.purchases[entry];
        if (id == kNoGroupId) continue;
        const uint32_t order = rows.OrderOf(entry);
        MicrosSum value = 0;
        for (uint32_t line = run.FirstLine(order); line < run.FirstLine(order + 1); ++line) {
          if (rows.line_recognised[line] == id) value += run.amount[line];
        }
        // An order that leaves 64 bits is clamped here and refused by Finish.
        overflow_ |= value > std::numeric_limits<int64_t>::max() ||
                     value < std::numeric_limits<int64_t>::min();
        values_.Add(id, static_cast<int64_t>(value));
      }
    }
  }

  void Merge(OrderAnalytic& other, const std::vector<uint32_t>& new_id) override {
    auto& from = static_cast<OrderValues&>(other);
    values_.Merge(from.values_, new_id);
    overflow_ |= from.overflow_;
  }

  void Finish(const std::vector<uint32_t>& ids, MeasureTable* measures) override {
    values_.GroupBy(groups_);
    for (const uint32_t id : ids) {
      const absl::Span<int64_t> values = values_.Of(id);
      Put(M::kMedianOrderValue, 5, values, measures);
      Put(M::kP90OrderValue, 9, values, measures);
    }
  }

 private:
  void Put(Measure measure, int tenths, absl::Span<int64_t> values, MeasureTable* measures) {
    if (!measures_.Has(measure)) return;
    // No Amount holds the largest sum, so the figure becomes OUT_OF_RANGE.
    (*measures)[measure].push_back(overflow_        ? std::numeric_limits<MicrosSum>::max()
                                   : values.empty() ? MicrosSum{0}
                                                    : QuantileTimesTen(values, tenths));
  }

  const MeasureSet measures_;
  size_t groups_ = 0;
  Samples<int64_t> values_;
  bool overflow_ = false;
};

}  // namespace

std::unique_ptr<OrderAnalytic> MakeOrderValues(const ScanInput& input) {
  return std::make_unique<OrderValues>(input);
}

}  // namespace strata::analytics::kpi
