#include "server/analytics/classes/rfm.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "server/analytics/classes/order_statistics.h"
#include "server/analytics/classes/slot_selection.h"
#include "server/analytics/facts/block_scan.h"
#include "server/domain/money.h"

namespace strata::analytics::classes {
namespace {

struct SegmentRule {
  int r_low, r_high, f_low, f_high, m_low, m_high;
};

// The map of the R package's documentation (rfm-introduction), first match wins; names below.
constexpr SegmentRule kSegmentRules[] = {
    {5, 5, 5, 5, 5, 5}, {3, 5, 3, 5, 2, 5}, {2, 4, 2, 4, 2, 4}, {3, 4, 1, 3, 3, 5},
    {4, 5, 1, 3, 1, 5}, {1, 2, 3, 4, 4, 5}, {1, 2, 2, 5, 4, 5}, {1, 3, 3, 5, 3, 5},
    {2, 3, 1, 3, 1, 4}, {1, 1, 1, 5, 1, 5},
};
constexpr uint32_t kUnclassified = std::size(kSegmentRules) + 1;

// At the given places of the ascending order of values; as OrderStatistics.
std::vector<__int128> ValuesAt(absl::Span<const int64_t> values, absl::Span<const size_t> places) {
  const std::vector<int64_t> found = OrderStatistics(values, places);
  return {found.begin(), found.end()};
}

// Likewise of sums some of which do not fit in 64 bits: the values of the buyers.
std::vector<__int128> ValuesAt(const std::vector<MicrosSum>& ascending,
                               absl::Span<const size_t> places) {
  std::vector<__int128> found;
  for (const size_t place : places) found.push_back(ascending[place]);
  return found;
}

template <typename Values>
RfmCuts CutsOf(const Values& values, int bins, int64_t unit) {
  RfmCuts cuts;
  cuts.bins = bins;
  // The type-7 quantile at k/bins lies at (n - 1) k / bins: whole part and a rest in 1/bins.
  const uint64_t last = values.size() - 1;
  std::vector<size_t> places;
  for (int k = 1; k < bins; ++k) {
    const size_t low = last * static_cast<uint64_t>(k) / static_cast<uint64_t>(bins);
    places.push_back(low);
    places.push_back(std::min<size_t>(low + 1, last));
  }
  std::vector<size_t> distinct = places;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const std::vector<__int128> found = ValuesAt(values, distinct);
  const auto at = [&](size_t place) {
    return found[static_cast<size_t>(std::lower_bound(distinct.begin(), distinct.end(), place) -
                                     distinct.begin())];
  };
  for (int k = 1; k < bins; ++k) {
    const uint64_t rest = last * static_cast<uint64_t>(k) % static_cast<uint64_t>(bins);
    const __int128 low = at(places[2 * (static_cast<size_t>(k) - 1)]);
    const __int128 high = at(places[2 * (static_cast<size_t>(k) - 1) + 1]);
    cuts.times_bins.push_back((low + unit) * bins + (high - low) * static_cast<__int128>(rest));
  }
  return cuts;
}

// Scores one measure. An integer is at or above a cut exactly when it is at or above the next
// integer.
class Scorer {
 public:
  Scorer(const RfmCuts& cuts, bool reversed)
      : first_(reversed ? cuts.bins : 1), step_(reversed ? -1 : 1) {
    for (const __int128 cut : cuts.times_bins) {
      const __int128 ceiling = cut / cuts.bins + (cut % cuts.bins > 0 ? 1 : 0);
      if (ceiling <= std::numeric_limits<int64_t>::max()) {  // else no value reaches it
        whole_.push_back(
            static_cast<int64_t>(std::max<__int128>(ceiling, std::numeric_limits<int64_t>::min())));
      }
    }
  }

  // 0 where `frequency` is.
  void Score(const int64_t* values, const int64_t* frequency, size_t n, uint8_t* out) const {
    if (whole_.size() == kRfmBins - 1) {  // the usual number of bins keeps its cuts in registers
      const int64_t a = whole_[0], b = whole_[1], c = whole_[2], d = whole_[3];
      for (size_t i = 0; i < n; ++i) {
        const int64_t value = values[i];
        const int above = (value >= a) + (value >= b) + (value >= c) + (value >= d);
        out[i] = static_cast<uint8_t>(frequency[i] > 0 ? first_ + step_ * above : 0);
      }
      return;
    }
    for (size_t i = 0; i < n; ++i) {
      int above = 0;
      for (const int64_t cut : whole_) above += values[i] >= cut;
      out[i] = static_cast<uint8_t>(frequency[i] > 0 ? first_ + step_ * above : 0);
    }
  }

 private:
  const int first_, step_;
  std::vector<int64_t> whole_;
};

constexpr uint32_t MatchRules(int r, int f, int m) {
  for (uint32_t i = 0; i < std::size(kSegmentRules); ++i) {
    const SegmentRule& rule = kSegmentRules[i];
    if (r >= rule.r_low && r <= rule.r_high && f >= rule.f_low && f <= rule.f_high &&
        m >= rule.m_low && m <= rule.m_high) {
      return i + 1;
    }
  }
  return kUnclassified;
}

// Every combination, so that a customer costs one look.
struct SegmentTable {
  uint8_t of[kRfmBins][kRfmBins][kRfmBins] = {};

  constexpr SegmentTable() {
    for (int r = 0; r < kRfmBins; ++r) {
      for (int f = 0; f < kRfmBins; ++f) {
        for (int m = 0; m < kRfmBins; ++m) {
          of[r][f][m] = static_cast<uint8_t>(MatchRules(r + 1, f + 1, m + 1));
        }
      }
    }
  }
};

}  // namespace

int RfmCuts::Bin(__int128 value) const {
  int bin = 1;
  for (const __int128 cut : times_bins) bin += value * bins >= cut;
  return bin;
}

RfmScores ScoreRfm(const RfmMeasures& measures, int bins) {
  RfmScores scores;
  const absl::Span<const int64_t> frequency = measures.frequency;
  const size_t slots = frequency.size();
  scores.r.resize(slots);
  scores.f.resize(slots);
  scores.m.resize(slots);
  std::vector<image::Slot> buyers =
      SelectSlots(slots, [frequency](image::Slot slot) { return frequency[slot] > 0; });
  if (buyers.empty()) return scores;

  struct Part {
    absl::Span<const int64_t> values;
    int64_t unit;
    bool reversed;
    RfmCuts* cuts;
    std::vector<uint8_t>* scores;
  };
  const Part parts[] = {
      {measures.recency_days, 1, true, &scores.recency, &scores.r},
      {measures.frequency, 1, false, &scores.frequency, &scores.f},
      {measures.monetary_micros.held(), kMicrosAUnit, false, &scores.monetary, &scores.m},
  };
  const facts::WideSums* const wide = measures.monetary_micros.wide();
  std::vector<Scorer> scorers;
  for (const Part& part : parts) {
    if (wide != nullptr && part.cuts == &scores.monetary) {
      std::vector<MicrosSum> values;
      for (const image::Slot slot : buyers) values.push_back(measures.monetary_micros[slot]);
      std::sort(values.begin(), values.end());
      *part.cuts = CutsOf(values, bins, part.unit);
    } else if (buyers.size() == slots) {
      *part.cuts = CutsOf(part.values, bins, part.unit);
    } else {
      std::vector<int64_t> values = ValuesOf(buyers, part.values);
      *part.cuts = CutsOf(values, bins, part.unit);
      facts::GiveColumn(values);
    }
    scorers.emplace_back(*part.cuts, part.reversed);
  }
  facts::GiveColumn(buyers);
  facts::ForSlotRanges(static_cast<uint32_t>(slots), [&](uint32_t begin, uint32_t end) {
    for (size_t i = 0; i < std::size(parts); ++i) {
      scorers[i].Score(parts[i].values.data() + begin, frequency.data() + begin, end - begin,
                       parts[i].scores->data() + begin);
    }
  });
  if (wide == nullptr) return scores;
  for (const auto& [slot, sum] : wide->All()) {
    if (frequency[slot] > 0) scores.m[slot] = static_cast<uint8_t>(scores.monetary.Bin(sum));
  }
  return scores;
}

absl::Span<const absl::string_view> RfmSegmentNames() {
  static constexpr absl::string_view kNames[] = {"",
                                                 "Champions",
                                                 "Potential Loyalist",
                                                 "Loyal Customers",
                                                 "Promising",
                                                 "New Customers",
                                                 "Can't Lose Them",
                                                 "At Risk",
                                                 "Need Attention",
                                                 "About To Sleep",
                                                 "Lost",
                                                 "Unclassified"};
  return kNames;
}

uint32_t RfmSegmentOf(int r, int f, int m) {
  if (r == 0) return 0;
  static constexpr SegmentTable kTable;
  const auto known = [](int score) { return score >= 1 && score <= kRfmBins; };
  return known(r) && known(f) && known(m) ? kTable.of[r - 1][f - 1][m - 1] : kUnclassified;
}

}  // namespace strata::analytics::classes
