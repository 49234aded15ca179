#ifndef STRATA_SERVER_ANALYTICS_STATS_ROC_H_
#define STRATA_SERVER_ANALYTICS_STATS_ROC_H_

#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace strata::analytics::stats {

// How well a score separates cases from controls.
struct Auc {
  double auc = 0.5;          // chance that a case scores above a control, ties counted half
  double variance = 0;       // DeLong, DeLong and Clarke-Pearson (1988)
  double low = 0, high = 1;  // auc -+ z sqrt(variance), cut to [0, 1]
  double level = 0.95;
  int64_t cases = 0, controls = 0;
};

// nullopt unless there is a case and a control. Costs O(n log n) (Sun and Xu 2014).
std::optional<Auc> DeLongAuc(absl::Span<const double> cases, absl::Span<const double> controls,
                             double level = 0.95);

// DeLong's paired test of two scores on the same subjects: is AUC(a) - AUC(b) zero?
struct AucDifference {
  double difference = 0, z = 0, p = 1;
  double low = 0, high = 0;  // of the difference
};

// Scores of the same subjects in the same order; nullopt without a case and a control or when the
// difference has no variance.
std::optional<AucDifference> CompareAuc(absl::Span<const double> a_cases,
                                        absl::Span<const double> a_controls,
                                        absl::Span<const double> b_cases,
                                        absl::Span<const double> b_controls, double level = 0.95);

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_ROC_H_
