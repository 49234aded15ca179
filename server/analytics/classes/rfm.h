#ifndef STRATA_SERVER_ANALYTICS_CLASSES_RFM_H_
#define STRATA_SERVER_ANALYTICS_CLASSES_RFM_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/analytics/facts/sum_column.h"

// Recency, frequency, monetary scores, as the R package rfm 0.3.0 computes them: cuts are the
// type-7 quantiles [Hyndman-Fan] at k/bins, each plus one unit (one day, one order, one whole
// currency unit); a value at a cut falls above it; recency is reversed. Equal values share a score,
// so scores are not equally frequent. Integers throughout.

namespace strata::analytics::classes {

inline constexpr int kRfmBins = 5;

// The cuts of one measure, ascending; bins - 1 of them. A cut is times_bins / bins of the measure's
// own unit (days, orders, micros), because a type-7 quantile lies at a multiple of 1 / bins between
// two values.
struct RfmCuts {
  int bins = kRfmBins;
  std::vector<__int128> times_bins;

  double At(size_t cut) const { return static_cast<double>(times_bins[cut]) / bins; }
  // 1 + the number of cuts at or below `value`.
  int Bin(__int128 value) const;
};

// By slot; the entries of customers without a purchase (frequency 0) are not looked at.
struct RfmMeasures {
  absl::Span<const int64_t> recency_days, frequency;
  facts::SumView monetary_micros;
};

struct RfmScores {
  RfmCuts recency, frequency, monetary;
  std::vector<uint8_t> r, f, m;  // 1..bins by slot; 0 not scored
};

// `bins` lies in 2..255. Without any purchase there are no cuts and no scores.
RfmScores ScoreRfm(const RfmMeasures& measures, int bins = kRfmBins);

// The ten names in the order in which they are matched, then "Unclassified"; entry 0 is empty.
absl::Span<const absl::string_view> RfmSegmentNames();

// Index into RfmSegmentNames of scores 1..5; 0 when not scored.
uint32_t RfmSegmentOf(int r, int f, int m);

}  // namespace strata::analytics::classes

#endif  // STRATA_SERVER_ANALYTICS_CLASSES_RFM_H_
