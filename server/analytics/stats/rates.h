#ifndef STRATA_SERVER_ANALYTICS_STATS_RATES_H_
#define STRATA_SERVER_ANALYTICS_STATS_RATES_H_

#include <vector>

#include "absl/types/span.h"

namespace strata::analytics::stats {

// Events counted over some exposure (months, seasonally adjusted months, tickets ...). Events need
// not be whole: counts of bursty processes are divided by their dispersion.
struct Count {
  double events = 0;
  double exposure = 0;
};

// The chance of so few recent events if the rate had not changed: given the sum of both counts, the
// recent ones are binomial with the recent share of the exposure (Przyborowski and Wilenski 1940),
// P(X <= k) of n = I(1 - share; n - k, k + 1), which also serves counts that are not whole.
// 1 when there is no exposure on one side or no event at all.
double DecliningRateP(const Count& recent, const Count& earlier);

// The same for so many recent events.
double RisingRateP(const Count& recent, const Count& earlier);

// A gamma prior of a Poisson rate: shape pseudo-events over `rate` pseudo-exposure.
struct GammaPrior {
  double shape = 0, rate = 0;
};

// The chance of no event over `gap` after `seen`, under the posterior of the rate:
// ((rate + T) / (rate + T + gap)) ^ (shape + n).
double SilenceP(const GammaPrior& prior, const Count& seen, double gap);

// The prior fitted to many customers' counts by moments: the rates' mean, and their variance beyond
// what Poisson noise explains. Falls back to one pseudo-exposure of the mean rate when nothing is
// left beyond the noise.
GammaPrior FitGammaPrior(absl::Span<const Count> counts);

// Fisher's exact test, one-sided: the chance of at least `bad` bad ones among `all` recent ones
// when recent and earlier ones have the same share of bad ones. 1 when a side is empty.
double RisingShareP(int bad, int all, int earlier_bad, int earlier_all);

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_RATES_H_
