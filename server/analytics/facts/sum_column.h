#ifndef STRATA_SERVER_ANALYTICS_FACTS_SUM_COLUMN_H_
#define STRATA_SERVER_ANALYTICS_FACTS_SUM_COLUMN_H_

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "server/base/mutex.h"
#include "server/domain/money.h"
#include "server/image/columns.h"

// Sums of customers by slot that are exact whatever their size. Nearly every sum of micros fits in
// 64 bits, so that is what a column holds; the few that do not fit stand beside it.

namespace strata::analytics::facts {

// The sums of one column that do not fit. Thread-safe.
class WideSums {
 public:
  // The least of 64 bits is left to those who mark with it what is not known.
  static constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  static constexpr int64_t kLeast = std::numeric_limits<int64_t>::min() + 1;
  static bool Fits(MicrosSum sum) { return sum >= kLeast && sum <= kMost; }

  // What a column holds for `sum`: itself, or else the nearest that fits, which keeps its order
  // against all that fit. Keeps a sum that does not fit.
  int64_t Hold(image::Slot slot, MicrosSum sum) {
    if (Fits(sum)) return static_cast<int64_t>(sum);
    MutexLock lock(mutex_);
    sums_[slot] = sum;
    return sum > 0 ? kMost : kLeast;
  }
  bool empty() const {
    MutexLock lock(mutex_);
    return sums_.empty();
  }
  // The sum of a slot for which the column holds `held`.
  MicrosSum Of(image::Slot slot, int64_t held) const {
    if (held != kMost && held != kLeast) return held;
    MutexLock lock(mutex_);
    const auto found = sums_.find(slot);
    return found == sums_.end() ? MicrosSum{held} : found->second;
  }
  // All of them, in no order.
  std::vector<std::pair<image::Slot, MicrosSum>> All() const {
    MutexLock lock(mutex_);
    return {sums_.begin(), sums_.end()};
  }

 private:
  mutable Mutex mutex_;
  absl::flat_hash_map<image::Slot, MicrosSum> sums_ ABSL_GUARDED_BY(mutex_);
};

// A column that is not owned. Plain 64-bit values are a column whose sums all fit.
class SumView {
 public:
  // Implicit, as a span's constructors are.
  SumView(absl::Span<const int64_t> held, const WideSums* wide = nullptr)
      : held_(held), wide_(wide != nullptr && !wide->empty() ? wide : nullptr) {}
  SumView(const std::vector<int64_t>& held) : held_(held) {}
  SumView(std::initializer_list<int64_t> held) : held_(held) {}

  size_t size() const { return held_.size(); }
  MicrosSum operator[](size_t slot) const {
    return wide_ == nullptr ? MicrosSum{held_[slot]}
                            : wide_->Of(static_cast<image::Slot>(slot), held_[slot]);
  }
  // For ratios and statistics: many times as fast as by way of 128 bits.
  double AsDouble(size_t slot) const {
    return wide_ == nullptr ? static_cast<double>(held_[slot]) : static_cast<double>((*this)[slot]);
  }

  // In the order of the sums, but that several that do not fit are equal here.
  absl::Span<const int64_t> held() const { return held_; }
  // Null when every sum fits.
  const WideSums* wide() const { return wide_; }

 private:
  absl::Span<const int64_t> held_;
  const WideSums* wide_ = nullptr;
};

// A column that is owned. `held` may come from TakeColumn.
struct SumColumn {
  std::vector<int64_t> held;
  std::shared_ptr<WideSums> wide = std::make_shared<WideSums>();

  SumView view() const { return {held, wide.get()}; }
  operator SumView() const { return view(); }
  void Put(image::Slot slot, MicrosSum sum) { held[slot] = wide->Hold(slot, sum); }
};

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_SUM_COLUMN_H_
