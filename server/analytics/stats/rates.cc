#include "server/analytics/stats/rates.h"

#include <algorithm>
#include <cmath>

#include "boost/math/distributions/hypergeometric.hpp"
#include "boost/math/special_functions/beta.hpp"
#include "server/analytics/stats/sum.h"

namespace strata::analytics::stats {
namespace {

// Doubles stay doubles: by default Boost computes them in the slower long double, for digits that
// no p-value needs.
using InDouble = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

bool Comparable(const Count& recent, const Count& earlier) {
  return recent.exposure > 0 && earlier.exposure > 0 && recent.events + earlier.events > 0;
}

double RecentShare(const Count& recent, const Count& earlier) {
  return recent.exposure / (recent.exposure + earlier.exposure);
}

}  // namespace

double DecliningRateP(const Count& recent, const Count& earlier) {
  if (!Comparable(recent, earlier) || earlier.events <= 0) return 1;
  return boost::math::ibetac(recent.events + 1, earlier.events, RecentShare(recent, earlier),
                             InDouble());
}

double RisingRateP(const Count& recent, const Count& earlier) {
  if (!Comparable(recent, earlier) || recent.events <= 0) return 1;
  return boost::math::ibeta(recent.events, earlier.events + 1, RecentShare(recent, earlier),
                            InDouble());
}

double SilenceP(const GammaPrior& prior, const Count& seen, double gap) {
  const double rate = prior.rate + seen.exposure;
  return std::exp((prior.shape + seen.events) * (std::log(rate) - std::log(rate + gap)));
}

GammaPrior FitGammaPrior(absl::Span<const Count> counts) {
  KahanSum events, exposure;
  for (const Count& count : counts) {
    events.Add(count.events);
    exposure.Add(count.exposure);
  }
  if (!(exposure.value() > 0) || !(events.value() > 0)) return {1, 1};
  const double mean = events.value() / exposure.value();
  // E[(n - mean T)^2] = mean T + var T^2 for each customer; summed and solved for var.
  KahanSum excess, squared_exposure;
  for (const Count& count : counts) {
    const double expected = mean * count.exposure;
    const double distance = count.events - expected;
    excess.Add(distance * distance - expected);
    squared_exposure.Add(count.exposure * count.exposure);
  }
  const double variance = excess.value() / squared_exposure.value();
  if (!(variance > 0)) return {mean, 1};
  return {mean * mean / variance, mean / variance};
}

double RisingShareP(int bad, int all, int earlier_bad, int earlier_all) {
  if (all <= 0 || earlier_all <= 0 || bad <= 0) return 1;
  const auto total_bad = static_cast<unsigned>(bad + earlier_bad);
  const auto recent = static_cast<unsigned>(all);
  const auto total = static_cast<unsigned>(all + earlier_all);
  const boost::math::hypergeometric_distribution<double, InDouble> draws(total_bad, recent, total);
  const unsigned least =
      std::max<unsigned>(0, total_bad + recent > total ? total_bad + recent - total : 0);
  if (static_cast<unsigned>(bad) <= least) return 1;
  return boost::math::cdf(boost::math::complement(draws, static_cast<unsigned>(bad) - 1));
}

}  // namespace strata::analytics::stats
