#include "server/analytics/segment/revenue_order.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"
#include "server/analytics/segment/order_statistics.h"
#include "server/base/scan_pool.h"

namespace strata::analytics {
namespace {

using image::Slot;

struct Entry {
  uint64_t key;  // rises as revenue falls
  Slot slot;
};

constexpr uint64_t kSignBit = uint64_t{1} << 63;
constexpr int kDigitBits = 11;
constexpr size_t kDigits = size_t{1} << kDigitBits;

// Sorts by key, least significant digit first; digits in which no two keys differ cost nothing.
void RadixSort(std::vector<Entry>& entries) {
  uint64_t differing = 0;  // bits in which some key differs from the first
  for (const Entry& entry : entries) differing |= entry.key ^ entries.front().key;
  std::vector<Entry> other(entries.size());
  for (int shift = 0; shift < 64 && (differing >> shift) != 0; shift += kDigitBits) {
    if (((differing >> shift) & (kDigits - 1)) == 0) continue;
    std::vector<uint32_t> place(kDigits);
    for (const Entry& entry : entries) ++place[(entry.key >> shift) & (kDigits - 1)];
    uint32_t before = 0;
    for (uint32_t& count : place) before += std::exchange(count, before);
    for (const Entry& entry : entries) {
      other[place[(entry.key >> shift) & (kDigits - 1)]++] = entry;
    }
    entries.swap(other);
  }
}

// Compares customer ids mostly by eight of their bytes, held by slot: random looks at a million
// texts would cost more than sorting by revenue does.
class IdOrder {
 public:
  IdOrder(const image::TextList& ids, Slot slots) : ids_(ids) {
    // Texts lie in the order of the slots, so that these two passes run through memory. The bytes
    // that all ids begin with tell nothing.
    absl::string_view prefix = slots == 0 ? "" : ids[0];
    for (Slot slot = 0; slot < slots; ++slot) {
      const absl::string_view id = ids[slot];
      size_t common = std::min(prefix.size(), id.size());
      if (id.substr(0, common) != prefix.substr(0, common)) {
        common = static_cast<size_t>(
            std::mismatch(prefix.begin(), prefix.begin() + common, id.begin()).first -
            prefix.begin());
      }
      if (!id.empty()) prefix = prefix.substr(0, common);  // no id: no customer
    }
    bytes_.reserve(slots);
    for (Slot slot = 0; slot < slots; ++slot) {
      const absl::string_view id = ids[slot];
      bytes_.push_back(EightBytes(id.substr(std::min(prefix.size(), id.size()))));
    }
  }

  bool Less(Slot a, Slot b) const {
    return bytes_[a] != bytes_[b] ? bytes_[a] < bytes_[b] : ids_[a] < ids_[b];
  }

 private:
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

// Sorts the entries of each key by id, side by side.
void SortTies(const image::TextList& ids, std::vector<Entry>& entries) {
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
      std::sort(entries.begin() + static_cast<std::ptrdiff_t>(begin),
                entries.begin() + static_cast<std::ptrdiff_t>(end),
                [&order](const Entry& a, const Entry& b) { return order.Less(a.slot, b.slot); });
      begin = end;
    }
  });
}

}  // namespace

void SortByRevenue(std::vector<Slot>& slots, absl::Span<const int64_t> revenue,
                   const image::TextList& ids) {
  std::vector<Entry> entries;
  entries.reserve(slots.size());
  for (const Slot slot : slots) {
    entries.push_back({~(static_cast<uint64_t>(revenue[slot]) ^ kSignBit), slot});
  }
  RadixSort(entries);
  SortTies(ids, entries);
  for (size_t i = 0; i < entries.size(); ++i) slots[i] = entries[i].slot;
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
                                             absl::Span<const int64_t> revenue,
                                             const image::TextList& ids) {
  std::vector<int64_t> values;
  values.reserve(slots.size());
  for (const Slot slot : slots) values.push_back(revenue[slot]);
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
    size_t above = 0;
    for (size_t at = 0; at < values.size(); ++at) {
      above += values[at] > top.threshold_;
      if (values[at] == top.threshold_) top.at_threshold_.push_back(slots[at]);
    }
    std::vector<Slot>& tied = top.at_threshold_;
    if (const size_t admitted = counts[i] - above; admitted < tied.size()) {
      const auto end = tied.begin() + static_cast<std::ptrdiff_t>(admitted);
      std::nth_element(tied.begin(), end, tied.end(),
                       [&ids](Slot a, Slot b) { return ids[a] < ids[b]; });
      tied.erase(end, tied.end());
    }
    std::sort(tied.begin(), tied.end());
  }
  return tops;
}

bool TopByRevenue::Contains(Slot slot, int64_t revenue) const {
  if (none_ || revenue < threshold_) return false;
  return revenue > threshold_ ||
         std::binary_search(at_threshold_.begin(), at_threshold_.end(), slot);
}

}  // namespace strata::analytics
