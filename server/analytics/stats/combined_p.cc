#include "server/analytics/stats/combined_p.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "boost/math/special_functions/gamma.hpp"

namespace strata::analytics::stats {

double FisherP(absl::Span<const double> p) {
  double logs = 0;
  for (const double one : p) logs -= std::log(std::max(one, std::numeric_limits<double>::min()));
  // -2 sum log p is chi-squared with two degrees of freedom a value.
  return p.empty() ? 1 : boost::math::gamma_q(static_cast<double>(p.size()), logs);
}

double AtLeastP(double events, double expected) {
  if (!(events > 0)) return 1;
  if (!(expected > 0)) return 0;
  return boost::math::gamma_p(events, expected);
}

}  // namespace strata::analytics::stats
