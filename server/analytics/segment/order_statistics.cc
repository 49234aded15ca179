#include "server/analytics/segment/order_statistics.h"

#include <algorithm>
#include <limits>

namespace strata::analytics {
namespace {

constexpr size_t kFewValues = 4096;
constexpr int kBucketBits = 14;

// Selects in place; `values` are in the order that earlier, lower places left them in.
std::vector<int64_t> Select(std::vector<int64_t>& values, absl::Span<const size_t> places) {
  std::vector<int64_t> found;
  auto from = values.begin();
  for (const size_t place : places) {
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(place);
    std::nth_element(from, at, values.end());
    found.push_back(*at);
    from = at;
  }
  return found;
}

// Values by their leading bits above the smallest one.
class Buckets {
 public:
  static constexpr size_t kBuckets = size_t{1} << kBucketBits;

  explicit Buckets(absl::Span<const int64_t> values) : counts_(kBuckets) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    low_ = static_cast<uint64_t>(*low);
    const uint64_t spread = static_cast<uint64_t>(*high) - low_;
    while ((spread >> shift_) >> kBucketBits != 0) ++shift_;
    for (const int64_t value : values) ++counts_[Of(value)];
  }

  size_t Of(int64_t value) const { return (static_cast<uint64_t>(value) - low_) >> shift_; }
  size_t Count(size_t bucket) const { return counts_[bucket]; }

 private:
  uint64_t low_ = 0;
  int shift_ = 0;
  std::vector<uint32_t> counts_;
};

}  // namespace

std::vector<int64_t> OrderStatistics(absl::Span<const int64_t> values,
                                     absl::Span<const size_t> places) {
  if (values.size() <= kFewValues) {
    std::vector<int64_t> copy(values.begin(), values.end());
    return Select(copy, places);
  }
  // A histogram tells which few buckets hold the places; only their values are sorted.
  const Buckets buckets(values);
  struct Wanted {
    std::vector<size_t> places;  // inside the bucket
    std::vector<int64_t> members;
  };
  std::vector<Wanted> wanted;
  std::vector<uint8_t> wanted_of_bucket(Buckets::kBuckets, 0);  // 1 + index; few are wanted
  size_t bucket = 0, below = 0;
  for (const size_t place : places) {
    while (below + buckets.Count(bucket) <= place) below += buckets.Count(bucket++);
    if (wanted_of_bucket[bucket] == 0) {
      if (wanted.size() == std::numeric_limits<uint8_t>::max()) {
        std::vector<int64_t> copy(values.begin(), values.end());
        return Select(copy, places);
      }
      wanted.emplace_back().members.reserve(buckets.Count(bucket));
      wanted_of_bucket[bucket] = static_cast<uint8_t>(wanted.size());
    }
    wanted.back().places.push_back(place - below);
  }
  for (const int64_t value : values) {
    const uint8_t index = wanted_of_bucket[buckets.Of(value)];
    if (index != 0) wanted[index - 1].members.push_back(value);
  }
  std::vector<int64_t> found;
  for (Wanted& one : wanted) {
    const std::vector<int64_t> selected = Select(one.members, one.places);
    found.insert(found.end(), selected.begin(), selected.end());
  }
  return found;
}

}  // namespace strata::analytics
