#include "server/analytics/classes/order_statistics.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "server/base/scan_pool.h"

namespace strata::analytics::classes {
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

// Calls body(worker, values) for stretches of `values`, side by side.
void ForStretches(absl::Span<const int64_t> values,
                  const std::function<void(size_t worker, absl::Span<const int64_t>)>& body) {
  constexpr size_t kStretch = 1 << 15;
  ParallelScan((values.size() + kStretch - 1) / kStretch, [&](size_t worker, size_t item) {
    body(worker, values.subspan(item * kStretch, kStretch));
  });
}

// Values by their leading bits above the smallest one.
class Buckets {
 public:
  static constexpr size_t kBuckets = size_t{1} << kBucketBits;

  explicit Buckets(absl::Span<const int64_t> values) : counts_(kBuckets) {
    std::vector<std::pair<int64_t, int64_t>> ends(ScanWorkers(), {values[0], values[0]});
    ForStretches(values, [&](size_t worker, absl::Span<const int64_t> stretch) {
      auto [low, high] = ends[worker];
      for (const int64_t value : stretch) {
        low = std::min(low, value);
        high = std::max(high, value);
      }
      ends[worker] = {low, high};
    });
    int64_t lowest = values[0], highest = values[0];
    for (const auto& [low, high] : ends) {
      lowest = std::min(lowest, low);
      highest = std::max(highest, high);
    }
    low_ = static_cast<uint64_t>(lowest);
    const uint64_t spread = static_cast<uint64_t>(highest) - low_;
    while ((spread >> shift_) >> kBucketBits != 0) ++shift_;

    std::vector<std::vector<uint32_t>> counts(ScanWorkers());
    ForStretches(values, [&](size_t worker, absl::Span<const int64_t> stretch) {
      std::vector<uint32_t>& mine = counts[worker];
      if (mine.empty()) mine.resize(kBuckets);
      for (const int64_t value : stretch) ++mine[Of(value)];
    });
    for (const std::vector<uint32_t>& mine : counts) {
      for (size_t bucket = 0; bucket < mine.size(); ++bucket) counts_[bucket] += mine[bucket];
    }
  }

  size_t Of(int64_t value) const { return (static_cast<uint64_t>(value) - low_) >> shift_; }
  size_t Count(size_t bucket) const { return counts_[bucket]; }
  // Whether a bucket holds one value only, and which.
  bool exact() const { return shift_ == 0; }
  int64_t Value(size_t bucket) const { return static_cast<int64_t>(low_ + bucket); }

 private:
  uint64_t low_ = 0;
  int shift_ = 0;
  std::vector<uint32_t> counts_;
};

// A bucket in which places lie.
struct Wanted {
  size_t bucket;
  std::vector<size_t> places;  // inside the bucket
  std::vector<int64_t> members;
};

// At most so many can be told apart by a byte.
constexpr size_t kMostWanted = std::numeric_limits<uint8_t>::max();

// Gives every wanted bucket its values, in any order.
void Collect(absl::Span<const int64_t> values, const Buckets& buckets,
             std::vector<Wanted>& wanted) {
  std::vector<uint8_t> number_of_bucket(Buckets::kBuckets, 0);  // 1 + index
  for (size_t i = 0; i < wanted.size(); ++i) {
    number_of_bucket[wanted[i].bucket] = static_cast<uint8_t>(i + 1);
  }
  std::vector<std::vector<std::vector<int64_t>>> parts(ScanWorkers());
  ForStretches(values, [&](size_t worker, absl::Span<const int64_t> stretch) {
    std::vector<std::vector<int64_t>>& mine = parts[worker];
    mine.resize(wanted.size());
    for (const int64_t value : stretch) {
      const uint8_t number = number_of_bucket[buckets.Of(value)];
      if (number != 0) mine[number - 1u].push_back(value);
    }
  });
  for (const std::vector<std::vector<int64_t>>& mine : parts) {
    for (size_t i = 0; i < mine.size(); ++i) {
      wanted[i].members.insert(wanted[i].members.end(), mine[i].begin(), mine[i].end());
    }
  }
}

}  // namespace

std::vector<int64_t> OrderStatistics(absl::Span<const int64_t> values,
                                     absl::Span<const size_t> places) {
  const auto select = [&] {
    std::vector<int64_t> copy(values.begin(), values.end());
    return Select(copy, places);
  };
  if (values.size() <= kFewValues) return select();
  // A histogram tells which few buckets hold the places; only their values are sorted.
  const Buckets buckets(values);
  std::vector<Wanted> wanted;
  std::vector<int64_t> found;
  size_t bucket = 0, below = 0;
  for (const size_t place : places) {
    while (below + buckets.Count(bucket) <= place) below += buckets.Count(bucket++);
    if (buckets.exact()) {
      found.push_back(buckets.Value(bucket));
      continue;
    }
    if (wanted.empty() || wanted.back().bucket != bucket) wanted.push_back({bucket, {}, {}});
    wanted.back().places.push_back(place - below);
  }
  if (buckets.exact()) return found;
  if (wanted.size() > kMostWanted) return select();
  Collect(values, buckets, wanted);
  for (Wanted& one : wanted) {
    const std::vector<int64_t> selected = Select(one.members, one.places);
    found.insert(found.end(), selected.begin(), selected.end());
  }
  return found;
}

}  // namespace strata::analytics::classes
