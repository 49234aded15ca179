#include "server/analytics/insight/segments/mover_ranks.h"

#include <algorithm>
#include <limits>

#include "server/base/scan_pool.h"

namespace strata::analytics::insight {
namespace {

using image::Slot;

constexpr size_t kSlotsAPiece = 1 << 16;

// Descending values, searched without branches that a processor would guess wrong.
class Descending {
 public:
  explicit Descending(const std::vector<int64_t>& values) : values_(values) {
    while (step_ <= values.size()) step_ *= 2;
    values_.resize(step_, std::numeric_limits<int64_t>::min());
  }

  // How many are above `value`.
  size_t CountAbove(int64_t value) const {
    size_t above = 0;
    for (size_t step = step_ / 2; step > 0; step /= 2) {
      above += values_[above + step - 1] > value ? step : 0;
    }
    return above;
  }
  int64_t operator[](size_t place) const { return values_[place]; }

 private:
  size_t step_ = 1;
  std::vector<int64_t> values_;  // filled up to a power of two
};

}  // namespace

std::vector<int64_t> RevenueRanksOf(absl::Span<const Slot> slots, facts::SumView sums,
                                    absl::Span<const int64_t> orders, const image::TextList& ids) {
  const absl::Span<const int64_t> revenue = sums.held();
  const auto before = [&](Slot a, Slot b) {
    const MicrosSum of_a = sums[a], of_b = sums[b];
    return of_a != of_b ? of_a > of_b : ids[a] < ids[b];
  };
  std::vector<size_t> places;  // of those with orders in `slots`, the highest first
  for (size_t i = 0; i < slots.size(); ++i) {
    if (orders[slots[i]] > 0) places.push_back(i);
  }
  std::sort(places.begin(), places.end(),
            [&](size_t a, size_t b) { return before(slots[a], slots[b]); });
  std::vector<Slot> asked;
  for (const size_t place : places) asked.push_back(slots[place]);
  std::vector<int64_t> ranks(slots.size(), 0);
  if (asked.empty()) return ranks;
  std::vector<int64_t> of_asked;
  for (const Slot slot : asked) of_asked.push_back(revenue[slot]);
  const Descending values(of_asked);
  const int64_t least = of_asked.back();

  // passed[worker][i]: customers whose first of `asked` that they come before is i.
  std::vector<std::vector<int64_t>> passed(ScanWorkers(),
                                           std::vector<int64_t>(asked.size() + 1, 0));
  ParallelScan((revenue.size() + kSlotsAPiece - 1) / kSlotsAPiece, [&](size_t worker, size_t item) {
    const size_t end = std::min(revenue.size(), (item + 1) * kSlotsAPiece);
    for (size_t slot = item * kSlotsAPiece; slot < end; ++slot) {
      const int64_t value = revenue[slot];
      if (orders[slot] <= 0 || value < least) continue;
      size_t first = values.CountAbove(value);
      // Ties are rare; they go by what does not fit in 64 bits, then by id.
      while (first < asked.size() && values[first] == value &&
             !before(static_cast<Slot>(slot), asked[first])) {
        ++first;
      }
      ++passed[worker][first];
    }
  });
  int64_t ahead = 0;
  for (size_t i = 0; i < asked.size(); ++i) {
    for (const std::vector<int64_t>& of_worker : passed) ahead += of_worker[i];
    ranks[places[i]] = ahead + 1;
  }
  return ranks;
}

}  // namespace strata::analytics::insight
