#ifndef STRATA_SERVER_ANALYTICS_KPI_SCAN_SAMPLES_H_
#define STRATA_SERVER_ANALYTICS_KPI_SCAN_SAMPLES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/domain/money.h"

// Values kept by group for exact quantiles.

namespace strata::analytics::kpi {

// `whole` times the type-7 quantile [Hyndman and Fan 1996] at part/whole of values that are not
// empty, which it reorders: a whole number, so money stays exact. 0 <= part <= whole.
template <typename Integer>
__int128 ScaledQuantile(absl::Span<Integer> values, int part, int whole) {
  // h = (n - 1) p lies between the order statistics `low` and `low` + 1.
  const size_t scaled = (values.size() - 1) * static_cast<size_t>(part);
  const size_t low = scaled / static_cast<size_t>(whole);
  const int rest = static_cast<int>(scaled % static_cast<size_t>(whole));
  std::nth_element(values.begin(), values.begin() + low, values.end());
  const __int128 at_low = values[low];
  if (rest == 0) return at_low * whole;
  const __int128 at_high = *std::min_element(values.begin() + low + 1, values.end());
  return at_low * (whole - rest) + at_high * rest;
}

template <typename Integer>
MicrosSum QuantileTimesTen(absl::Span<Integer> values, int tenths) {
  return ScaledQuantile(values, tenths, 10);
}

// The type-7 median of numbers that are not empty, which it reorders.
double Median(absl::Span<double> values);

// (group id, value) pairs. Id 0 is dropped.
template <typename T>
class Samples {
 public:
  void Add(uint32_t id, T value) {
    if (id == 0) return;
    ids_.push_back(id);
    values_.push_back(value);
  }
  void Merge(const Samples& other, const std::vector<uint32_t>& new_id) {
    ids_.reserve(ids_.size() + other.ids_.size());
    for (const uint32_t id : other.ids_) ids_.push_back(new_id[id]);
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
  }

  // Sorts the values by group; ids lie in [0, groups).
  void GroupBy(size_t groups) {
    begin_.assign(groups + 1, 0);
    for (const uint32_t id : ids_) ++begin_[id + 1];
    for (size_t i = 0; i < groups; ++i) begin_[i + 1] += begin_[i];
    std::vector<size_t> next(begin_.begin(), begin_.end() - 1);
    std::vector<T> sorted(values_.size());
    for (size_t i = 0; i < ids_.size(); ++i) sorted[next[ids_[i]]++] = values_[i];
    values_ = std::move(sorted);
  }
  // The values of a group, after GroupBy; may be reordered.
  absl::Span<T> Of(uint32_t id) {
    return absl::MakeSpan(values_.data() + begin_[id], begin_[id + 1] - begin_[id]);
  }

 private:
  std::vector<uint32_t> ids_;
  std::vector<T> values_;
  std::vector<size_t> begin_;
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_SCAN_SAMPLES_H_
