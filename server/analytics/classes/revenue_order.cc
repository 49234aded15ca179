#include "server/analytics/classes/revenue_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "absl/strings/string_view.h"
#include "server/analytics/classes/order_statistics.h"
#include "server/analytics/classes/slot_selection.h"
#include "server/base/scan_pool.h"

namespace strata::analytics::classes {
namespace {

using image::Slot;

struct Entry {
  uint64_t key;  // rises as revenue falls
  Slot slot;
};

constexpr uint64_t kSignBit = uint64_t{1} << 63;
constexpr int kDigitBits = 8;
constexpr size_t kDigits = size_t{1} << kDigitBits;
constexpr ptrdiff_t kFewEntries = 64;

// Sorts [begin, end) by the lowest `bits` bits of the keys, which are all they differ in, least
// significant digit first. `other` is as long. Meant for what fits into a core's cache.
void RadixSort(Entry* begin, Entry* end, int bits, Entry* other) {
  const auto n = static_cast<size_t>(end - begin);
  Entry* from = begin;
  for (int shift = 0; shift < bits; shift += kDigitBits) {
    uint32_t place[kDigits] = {};
    for (size_t i = 0; i < n; ++i) ++place[(from[i].key >> shift) & (kDigits - 1)];
    uint32_t before = 0;
    for (uint32_t& count : place) before += std::exchange(count, before);
    for (size_t i = 0; i < n; ++i) other[place[(from[i].key >> shift) & (kDigits - 1)]++] = from[i];
    std::swap(from, other);
  }
  if (from != begin) std::copy(from, from + n, begin);
}

// Revenues cut into parts that ascend and are of like size whatever their distribution: a sample
// says where to cut.
class Cuts {
 public:
  static constexpr size_t kParts = 256;

  explicit Cuts(absl::Span<const Entry> entries) {
    std::vector<uint64_t> sample;
    const size_t step = std::max<size_t>(1, entries.size() / (kParts * kSampleOfPart));
    for (size_t i = 0; i < entries.size(); i += step) sample.push_back(entries[i].key);
    std::sort(sample.begin(), sample.end());
    for (size_t part = 1; part < kParts; ++part) {
      first_[part] = sample[part * sample.size() / kParts];
    }
  }

  // The last part whose first key is not above `key`; no branch depends on the key.
  size_t Of(uint64_t key) const {
    size_t part = 0;
    for (size_t half = kParts / 2; half > 0; half /= 2) {
      part += key >= first_[part + half] ? half : 0;
    }
    return part;
  }

 private:
  static constexpr size_t kSampleOfPart = 16;
  std::array<uint64_t, kParts> first_{};
};

// Sorts by key, side by side: parts of like size first, then the inside of each.
void SortByKey(std::vector<Entry>& entries) {
  constexpr size_t kRange = 1 << 15;
  if (entries.size() <= kRange) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return a.key < b.key; });
    return;
  }
  const Cuts cuts(entries);
  const size_t ranges = (entries.size() + kRange - 1) / kRange;
  const auto range_end = [&](size_t range) {
    return std::min(entries.size(), (range + 1) * kRange);
  };
  std::vector<uint8_t> part_of = facts::TakeColumn<uint8_t>(entries.size());
  std::vector<std::array<uint32_t, Cuts::kParts>> places(ranges);
  ParallelScan(ranges, [&](size_t, size_t range) {
    places[range].fill(0);
    for (size_t i = range * kRange; i < range_end(range); ++i) {
      const size_t part = cuts.Of(entries[i].key);
      part_of[i] = static_cast<uint8_t>(part);
      ++places[range][part];
    }
  });
  std::vector<uint32_t> first_of_part(Cuts::kParts + 1);
  uint32_t before = 0;
  for (size_t part = 0; part < Cuts::kParts; ++part) {
    first_of_part[part] = before;
    for (auto& place : places) before += std::exchange(place[part], before);
  }
  first_of_part[Cuts::kParts] = before;
  std::vector<Entry> parted = facts::TakeColumn<Entry>(entries.size());
  ParallelScan(ranges, [&](size_t, size_t range) {
    for (size_t i = range * kRange; i < range_end(range); ++i) {
      parted[places[range][part_of[i]]++] = entries[i];
    }
  });
  ParallelScan(Cuts::kParts, [&](size_t, size_t part) {
    Entry* const begin = parted.data() + first_of_part[part];
    Entry* const end = parted.data() + first_of_part[part + 1];
    if (end - begin <= kFewEntries) {
      std::stable_sort(begin, end, [](const Entry& a, const Entry& b) { return a.key < b.key; });
      return;
    }
    uint64_t differing = 0;  // bits in which some key differs from the first
    for (const Entry* entry = begin; entry < end; ++entry) differing |= entry->key ^ begin->key;
    RadixSort(begin, end, static_cast<int>(std::bit_width(differing)),
              entries.data() + first_of_part[part]);
  });
  entries.swap(parted);
  facts::GiveColumn(part_of);
  facts::GiveColumn(parted);
}

// Compares customer ids mostly by eight of their bytes, held by slot: random looks at a million
// texts would cost more than sorting by revenue does.
class IdOrder {
 public:
  IdOrder(const image::TextList& ids, Slot slots)
      : ids_(ids), bytes_(facts::TakeColumn<uint64_t>(slots)) {
    // Texts lie in the order of the slots, so that these two passes run through memory. The bytes
    // that all ids begin with tell nothing.
    absl::string_view any;
    for (Slot slot = 0; slot < slots && any.empty(); ++slot) any = ids[slot];
    std::vector<size_t> common(ScanWorkers(), any.size());
    ForRanges(slots, [&](size_t worker, Slot slot) {
      const absl::string_view id = ids[slot];
      if (id.empty()) return;  // no customer
      const size_t most = std::min(common[worker], id.size());
      if (id.substr(0, most) == any.substr(0, most)) {
        common[worker] = most;
      } else {
        common[worker] = static_cast<size_t>(
            std::mismatch(any.begin(), any.begin() + most, id.begin()).first - any.begin());
      }
    });
    const size_t prefix = *std::min_element(common.begin(), common.end());
    ForRanges(slots, [&](size_t, Slot slot) {
      const absl::string_view id = ids[slot];
      bytes_[slot] = EightBytes(id.substr(std::min(prefix, id.size())));
    });
  }

  ~IdOrder() { facts::GiveColumn(bytes_); }
  IdOrder(const IdOrder&) = delete;
  IdOrder& operator=(const IdOrder&) = delete;

  bool Less(Slot a, Slot b) const {
    return bytes_[a] != bytes_[b] ? bytes_[a] < bytes_[b] : ids_[a] < ids_[b];
  }

 private:
  // Calls visit(worker, slot) for all slots, side by side.
  template <typename Visit>
  static void ForRanges(Slot slots, Visit visit) {
    constexpr Slot kRange = 1 << 15;
    ParallelScan((slots + kRange - 1) / kRange, [&](size_t worker, size_t item) {
      const auto begin = static_cast<Slot>(item) * kRange;
      for (Slot slot = begin; slot < std::min(slots, begin + kRange); ++slot) visit(worker, slot);
    });
  }

  // The first bytes as a number that orders as they do; short texts are filled up with zeros.
  static uint64_t EightBytes(absl::string_view text) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < 8; ++i) {
      bytes = bytes << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
    }
    return bytes;
  }

  const image::TextList& ids_;
  std::vector<uint64_t> bytes_;
};

// Sorts the entries of each key, side by side: those that do not fit in it by their sums, then by
// id.
void SortTies(const facts::SumView& revenue, const image::TextList& ids,
              std::vector<Entry>& entries) {
  Slot slots = 0;
  bool ties = false;
  for (size_t i = 0; i < entries.size(); ++i) {
    slots = std::max(slots, entries[i].slot + 1);
    ties |= i > 0 && entries[i].key == entries[i - 1].key;
  }
  if (!ties) return;
  const IdOrder order(ids, slots);
  // Each range sorts the groups that begin in it; a group may reach into the next range, which then
  // begins behind it.
  const auto begins_group = [&entries](size_t i) {
    return i == 0 || entries[i].key != entries[i - 1].key;
  };
  std::vector<size_t> bounds;
  constexpr size_t kRange = 1 << 14;
  for (size_t bound = 0; bound < entries.size();) {
    bounds.push_back(bound);
    bound = std::min(bound + kRange, entries.size());
    while (bound < entries.size() && !begins_group(bound)) ++bound;
  }
  bounds.push_back(entries.size());
  ParallelScan(bounds.size() - 1, [&](size_t, size_t item) {
    for (size_t begin = bounds[item]; begin < bounds[item + 1];) {
      size_t end = begin + 1;
      while (end < bounds[item + 1] && entries[end].key == entries[begin].key) ++end;
      const auto first = entries.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = entries.begin() + static_cast<std::ptrdiff_t>(end);
      const auto less = [&](const Entry& a, const Entry& b) {
        if (revenue.wide() != nullptr) {
          const MicrosSum of_a = revenue[a.slot], of_b = revenue[b.slot];
          if (of_a != of_b) return of_a > of_b;
        }
        return order.Less(a.slot, b.slot);
      };
      // Customers that came in the order of their ids stand right already.
      if (!std::is_sorted(first, last, less)) std::sort(first, last, less);
      begin = end;
    }
  });
}

// The slots whose value is `threshold`, and how many have a higher one.
size_t FindTied(absl::Span<const Slot> slots, absl::Span<const int64_t> values, int64_t threshold,
                std::vector<Slot>* tied) {
  struct Range {
    size_t above = 0;
    std::vector<Slot> tied;
  };
  std::vector<Range> ranges((values.size() + kSlotsOfRange - 1) / kSlotsOfRange);
  ParallelScan(ranges.size(), [&](size_t, size_t item) {
    Range range;
    const size_t end = std::min(values.size(), (item + 1) * kSlotsOfRange);
    for (size_t i = item * kSlotsOfRange; i < end; ++i) {
      range.above += values[i] > threshold;
      if (values[i] == threshold) range.tied.push_back(slots[i]);
    }
    ranges[item] = std::move(range);
  });
  size_t above = 0;
  for (const Range& range : ranges) {
    above += range.above;
    tied->insert(tied->end(), range.tied.begin(), range.tied.end());
  }
  return above;
}

}  // namespace

void SortByRevenue(std::vector<Slot>& slots, facts::SumView revenue, const image::TextList& ids) {
  std::vector<Entry> entries = facts::TakeColumn<Entry>(slots.size());
  ParallelScan((slots.size() + kSlotsOfRange - 1) / kSlotsOfRange, [&](size_t, size_t range) {
    const size_t end = std::min(slots.size(), (range + 1) * kSlotsOfRange);
    for (size_t i = range * kSlotsOfRange; i < end; ++i) {
      const auto held = static_cast<uint64_t>(revenue.held()[slots[i]]);
      entries[i] = {~(held ^ kSignBit), slots[i]};
    }
  });
  SortByKey(entries);
  SortTies(revenue, ids, entries);
  for (size_t i = 0; i < entries.size(); ++i) slots[i] = entries[i].slot;
  facts::GiveColumn(entries);
}

int64_t CountOfShare(int64_t n, int share_bp, ShareRounding rounding) {
  constexpr int64_t kWhole = 10'000;
  const int64_t product = n * share_bp;
  switch (rounding) {
    case ShareRounding::kFloor:
      return product / kWhole;
    case ShareRounding::kCeil:
      return (product + kWhole - 1) / kWhole;
    case ShareRounding::kRound:
      return (product + kWhole / 2) / kWhole;
  }
  return 0;
}

std::vector<TopByRevenue> TopByRevenue::Find(absl::Span<const Slot> slots,
                                             absl::Span<const size_t> counts,
                                             facts::SumView revenue, const image::TextList& ids) {
  std::vector<int64_t> values = ValuesOf(slots, revenue.held());
  // The last one in has as many below it as are not in. Counts ascend, so places descend.
  std::vector<size_t> places;
  for (const size_t count : counts) {
    if (count > 0) places.insert(places.begin(), slots.size() - count);
  }
  std::vector<int64_t> thresholds = OrderStatistics(values, places);
  std::vector<TopByRevenue> tops(counts.size());
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    TopByRevenue& top = tops[i];
    top.none_ = false;
    top.threshold_ = thresholds.back();
    thresholds.pop_back();
    const size_t above = FindTied(slots, values, top.threshold_, &top.at_threshold_);
    std::vector<Slot>& tied = top.at_threshold_;
    if (const size_t admitted = counts[i] - above; admitted < tied.size()) {
      const auto end = tied.begin() + static_cast<std::ptrdiff_t>(admitted);
      std::nth_element(tied.begin(), end, tied.end(), [&](Slot a, Slot b) {
        const MicrosSum of_a = revenue[a], of_b = revenue[b];
        return of_a != of_b ? of_a > of_b : ids[a] < ids[b];
      });
      tied.erase(end, tied.end());
    }
    std::sort(tied.begin(), tied.end());
  }
  facts::GiveColumn(values);
  return tops;
}

}  // namespace strata::analytics::classes
