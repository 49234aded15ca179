#include "server/analytics/kpi/scan/order_analytic.h"
#include "server/analytics/kpi/scan/samples.h"

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
        const bool fits = value <= std::numeric_limits<int64_t>::max() &&
                          value >= std::numeric_limits<int64_t>::min();
        if (fits) {
          values_.Add(id, static_cast<int64_t>(value));
        } else {
          wide_.Add(id, value);
        }
      }
    }
  }

  void Merge(OrderAnalytic& other, const std::vector<uint32_t>& new_id) override {
    auto& from = static_cast<OrderValues&>(other);
    values_.Merge(from.values_, new_id);
    wide_.Merge(from.wide_, new_id);
  }

  void Finish(const std::vector<uint32_t>& ids, MeasureTable* measures) override {
    values_.GroupBy(groups_);
    wide_.GroupBy(groups_);
    for (const uint32_t id : ids) {
      const absl::Span<int64_t> values = values_.Of(id);
      const absl::Span<MicrosSum> wide = wide_.Of(id);
      if (wide.empty()) {
        PutAll(values, measures);
        continue;
      }
      std::vector<MicrosSum> all(values.begin(), values.end());
      all.insert(all.end(), wide.begin(), wide.end());
      PutAll(absl::MakeSpan(all), measures);
    }
  }

 private:
  template <typename Integer>
  void PutAll(absl::Span<Integer> values, MeasureTable* measures) {
    const auto put = [&](Measure measure, int tenths) {
      if (!measures_.Has(measure)) return;
      (*measures)[measure].push_back(values.empty() ? MicrosSum{0}
                                                    : QuantileTimesTen(values, tenths));
    };
    put(M::kMedianOrderValue, 5);
    put(M::kP90OrderValue, 9);
  }

  const MeasureSet measures_;
  size_t groups_ = 0;
  Samples<int64_t> values_;
  Samples<MicrosSum> wide_;  // of orders that do not fit in 64 bits
};

}  // namespace

std::unique_ptr<OrderAnalytic> MakeOrderValues(const ScanInput& input) {
  return std::make_unique<OrderValues>(input);
}

}  // namespace strata::analytics::kpi
