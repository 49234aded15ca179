#include "server/analytics/insight/signals/growth_shapes.h"

#include <algorithm>
#include <cmath>

namespace strata::analytics::insight {
namespace {

// Sizes of one customer scatter by 3 % at least: prices are round, and a customer who always pays
// the same is no proof beyond doubt.
constexpr double kLeastVariance = 0.03 * 0.03;
constexpr double kFactors[] = {2, 5};
constexpr double kFall = 4;

// `before` up to `from` months ago, 1 since `to` months ago, in a straight line between.
GrowthShape Ramp(Growth growth, double before, double from, double to) {
  GrowthShape shape{growth, {}};
  for (size_t back = 0; back < kTrendMonths; ++back) {
    const double middle = static_cast<double>(back) + 0.5;
    shape.level[back] = middle >= from ? before
                        : middle <= to ? 1
                                       : before + (1 - before) * (from - middle) / (from - to);
  }
  return shape;
}

// Busy in four months of the year, the same every year, the last of them `phase` months ago.
GrowthShape Seasonal(size_t phase) {
  constexpr size_t kBusyMonths = 4;
  constexpr double kQuiet = 0.03;
  GrowthShape shape{Growth::kSteady, {}};
  for (size_t back = 0; back < kTrendMonths; ++back) {
    shape.level[back] = (back + 12 - phase) % 12 < kBusyMonths ? 1 : kQuiet;
  }
  return shape;
}

std::vector<GrowthShape> MakeShapes() {
  std::vector<GrowthShape> shapes = {Ramp(Growth::kSteady, 1, 1, 0)};
  for (const double from : {24, 18, 12}) {
    for (const double factor : kFactors) {
      shapes.push_back(Ramp(Growth::kGrowing, 1 / factor, from, 0));
    }
    shapes.push_back(Ramp(Growth::kFalling, kFall, from, 0));
  }
  for (const double factor : kFactors) {
    shapes.push_back(Ramp(Growth::kStopped, 1 / factor, 24, 12));
    shapes.push_back(Ramp(Growth::kStopped, 1 / factor, 18, 6));
  }
  for (size_t phase = 0; phase < 12; ++phase) shapes.push_back(Seasonal(phase));
  return shapes;
}

}  // namespace

const std::vector<GrowthShape>& GrowthShapes() {
  static const auto* const shapes = new std::vector<GrowthShape>(MakeShapes());
  return *shapes;
}

std::vector<double> CountLogLikelihoods(const TrendMonths& counts, size_t months,
                                        const TrendMonths& course, double dispersion) {
  std::vector<double> likelihoods;
  for (const GrowthShape& shape : GrowthShapes()) {
    double events = 0, logs = 0, weight = 0;
    for (size_t back = 0; back < months; ++back) {
      events += counts[back];
      logs += counts[back] * std::log(shape.level[back]);
      weight += shape.level[back] * course[back];
    }
    likelihoods.push_back((logs - events * std::log(weight)) / dispersion);
  }
  return likelihoods;
}

std::vector<double> SizeLogLikelihoods(const LogSizes& sizes, size_t months) {
  double n = 0, sum = 0;
  for (size_t back = 0; back < months; ++back) {
    n += sizes.count[back];
    sum += sizes.sum[back];
  }
  std::vector<double> likelihoods;
  for (const GrowthShape& shape : GrowthShapes()) {
    if (n < 2) {
      likelihoods.push_back(0);
      continue;
    }
    // Sum of squares of what is left of each logarithm less the shape's, about their mean.
    double product = 0, shapes = 0, squares = 0;
    for (size_t back = 0; back < months; ++back) {
      const double level = std::log(shape.level[back]);
      product += level * sizes.sum[back];
      shapes += level * sizes.count[back];
      squares += level * level * sizes.count[back];
    }
    const double left = sizes.squares - 2 * product + squares - (sum - shapes) * (sum - shapes) / n;
    likelihoods.push_back(-(n - 1) / 2 * std::log(std::max(0.0, left) + n * kLeastVariance));
  }
  return likelihoods;
}

GrowthChances ChancesByGrowth(const std::vector<double>& by_shape) {
  GrowthChances chances{};
  for (size_t i = 0; i < by_shape.size(); ++i) {
    chances[static_cast<size_t>(GrowthShapes()[i].growth)] += by_shape[i];
  }
  return chances;
}

double ChanceOfGrowth(const GrowthChances& counts, const GrowthChances& sizes) {
  const auto of = [](const GrowthChances& chances, Growth growth) {
    return chances[static_cast<size_t>(growth)];
  };
  return of(counts, Growth::kGrowing) +
         of(sizes, Growth::kGrowing) * (of(counts, Growth::kSteady) + of(counts, Growth::kStopped));
}

}  // namespace strata::analytics::insight
