#ifndef STRATA_SERVER_ANALYTICS_STATS_SUM_H_
#define STRATA_SERVER_ANALYTICS_STATS_SUM_H_

#include <cmath>

#include "absl/types/span.h"

namespace strata::analytics::stats {

// Compensated summation (Neumaier's variant of Kahan's): the error does not grow with the number of
// terms. For doubles; money is summed in integers.
class KahanSum {
 public:
  void Add(double value) {
    const double sum = sum_ + value;
    correction_ +=
        std::fabs(sum_) >= std::fabs(value) ? (sum_ - sum) + value : (value - sum) + sum_;
    sum_ = sum;
  }
  double value() const { return sum_ + correction_; }

 private:
  double sum_ = 0, correction_ = 0;
};

inline double Sum(absl::Span<const double> values) {
  KahanSum sum;
  for (const double value : values) sum.Add(value);
  return sum.value();
}

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_SUM_H_
