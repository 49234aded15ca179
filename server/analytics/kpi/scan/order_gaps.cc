#include <cmath>

#include "server/analytics/kpi/scan/order_analytic.h"
#include "server/analytics/kpi/scan/samples.h"

namespace strata::analytics::kpi {
namespace {

using M = Measure;

class OrderGaps : public OrderAnalytic {
 public:
  explicit OrderGaps(const ScanInput& input)
      : gaps_wanted_(input.measures.HasAny({M::kGaps, M::kMedianGap})),
        cv_wanted_(input.measures.HasAny({M::kGapCvCustomers, M::kMedianGapCv})) {}

  void Resize(size_t ids) override { current_.resize(ids); }

  void Add(const OrderBlock& block) override {
    ForEachCustomer(
        block, &scratch_,
        [&](uint32_t customer, absl::Span<const uint32_t> ids, absl::Span<const Day> days) {
          AddCustomer(block.block->first_slot + customer + 1, ids, days);
        });
  }

  void Merge(OrderAnalytic& other, const std::vector<uint32_t>& new_id) override {
    auto& from = static_cast<OrderGaps&>(other);
    gaps_.Merge(from.gaps_, new_id);
    cvs_.Merge(from.cvs_, new_id);
  }

  void Finish(const std::vector<uint32_t>& ids, MeasureTable* measures) override {
    if (gaps_wanted_) gaps_.GroupBy(current_.size());
    if (cv_wanted_) cvs_.GroupBy(current_.size());
    for (const uint32_t id : ids) {
      if (gaps_wanted_) {
        const absl::Span<int64_t> gaps = gaps_.Of(id);
        (*measures)[M::kGaps].push_back(static_cast<int64_t>(gaps.size()));
        (*measures)[M::kMedianGap].push_back(gaps.empty() ? MicrosSum{0}
                                                          : QuantileTimesTen(gaps, 5));
      }
      if (cv_wanted_) {
        const absl::Span<double> cvs = cvs_.Of(id);
        (*measures)[M::kGapCvCustomers].push_back(static_cast<int64_t>(cvs.size()));
        measures->median_gap_cv.push_back(cvs.empty() ? 0 : Median(cvs));
      }
    }
  }

 private:
  // Gaps of the current customer in one group. Sums are whole numbers of days, so exact.
  struct Current {
    uint32_t mark = 0;
    Day last_day = kNoDay;
    int64_t gaps = 0, sum = 0;
    MicrosSum sum_of_squares = 0;
  };

  void AddCustomer(uint32_t mark, absl::Span<const uint32_t> ids, absl::Span<const Day> days) {
    touched_.clear();
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] == kNoGroupId) continue;
      Current& current = current_[ids[i]];
      if (current.mark != mark) {
        current = {mark, days[i], 0, 0, 0};
        touched_.push_back(ids[i]);
        continue;
      }
      const int64_t gap = int64_t{days[i]} - current.last_day;
      current.last_day = days[i];
      ++current.gaps;
      current.sum += gap;
      current.sum_of_squares += MicrosSum{gap} * gap;
      if (gaps_wanted_) gaps_.Add(ids[i], gap);
    }
    if (!cv_wanted_) return;
    for (const uint32_t id : touched_) {
      const Current& current = current_[id];
      if (current.gaps >= 2 && current.sum > 0) cvs_.Add(id, CvOf(current));
    }
  }

  // sd / mean with n - 1: sqrt((n * sum of squares - sum^2) / (n (n - 1))) / (sum / n).
  static double CvOf(const Current& current) {
    const MicrosSum n = current.gaps;
    const MicrosSum spread = n * current.sum_of_squares - MicrosSum{current.sum} * current.sum;
    const double variance = static_cast<double>(spread) / static_cast<double>(n * (n - 1));
    return std::sqrt(variance) * static_cast<double>(n) / static_cast<double>(current.sum);
  }

  const bool gaps_wanted_, cv_wanted_;
  std::vector<Current> current_;
  std::vector<uint32_t> touched_;
  Samples<int64_t> gaps_;
  Samples<double> cvs_;
  CustomerEntries scratch_;
};

}  // namespace

std::unique_ptr<OrderAnalytic> MakeOrderGaps(const ScanInput& input) {
  return std::make_unique<OrderGaps>(input);
}

}  // namespace strata::analytics::kpi
