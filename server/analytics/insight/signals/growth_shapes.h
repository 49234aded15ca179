#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_GROWTH_SHAPES_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_GROWTH_SHAPES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

// The ways in which a customer's months may run over two years, and how likely each makes what was
// seen. From them emerging accounts tell growth from growth that has stopped.

namespace strata::analytics::insight {

inline constexpr size_t kTrendMonths = 24;
using TrendMonths = std::array<double, kTrendMonths>;  // [0] is the latest month

enum class Growth : uint8_t {
  kSteady,
  kGrowing,  // up to the last month
  kStopped,  // rose, and has not risen for half a year or a year
  kFalling,
};

struct GrowthShape {
  Growth growth;
  TrendMonths level;  // relative; 1 in the latest month
};

// The steady one first. Growing: to 2 and 5 times within 24, 18 or 12 months. Stopped: the same
// from 24 to 12 or from 18 to 6 months ago. Falling: to a quarter within 24, 18 or 12 months.
// Steady too: busy in four months of each year, any four in a row. Few, since a portfolio of a few
// hundred customers tells no more of them apart.
const std::vector<GrowthShape>& GrowthShapes();

// By how much each shape explains the counts of the latest `months` months: the multinomial
// log-likelihood given their sum, over a course that all customers take, counts divided by
// dispersion. In the order of GrowthShapes().
std::vector<double> CountLogLikelihoods(const TrendMonths& counts, size_t months,
                                        const TrendMonths& course, double dispersion);

// The same for the sizes of what was counted: their logarithms scatter normally about a shape, with
// a mean and a deviation of the customer's own, both unknown.
struct LogSizes {
  std::array<float, kTrendMonths> count{}, sum{};  // of the logarithms, by month
  double squares = 0;                              // of all of them
};
std::vector<double> SizeLogLikelihoods(const LogSizes& sizes, size_t months);

// The chances of each kind of growth, from chances by shape.
using GrowthChances = std::array<double, 4>;
GrowthChances ChancesByGrowth(const std::vector<double>& by_shape);

// The chance that counts grow, or that they do not fall and sizes grow. Counts that grow
// while sizes fall are not told apart here: whether the amount rises in all is plain to see.
double ChanceOfGrowth(const GrowthChances& counts, const GrowthChances& sizes);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_GROWTH_SHAPES_H_
