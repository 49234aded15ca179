#include "server/analytics/stats/weighted_counts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace strata::analytics::stats {
namespace {

double UpperNormal(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

// The cells as one distribution: of the weight of a single event.
struct Weights {
  double events = 0, sum = 0;  // of all cells
  double exposure = 0;
  double most = -std::numeric_limits<double>::infinity();
  double share_of_most = 0;
  double mean = 0, variance = 0;
};

Weights Describe(absl::Span<const WeightedCell> cells) {
  Weights weights;
  for (const WeightedCell& cell : cells) {
    if (!(cell.exposure > 0)) continue;
    weights.events += cell.events;
    weights.sum += cell.events * cell.weight;
    weights.exposure += cell.exposure;
    weights.mean += cell.exposure * cell.weight;
    weights.most = std::max(weights.most, cell.weight);
  }
  if (!(weights.exposure > 0)) return weights;
  weights.mean /= weights.exposure;
  for (const WeightedCell& cell : cells) {
    if (!(cell.exposure > 0)) continue;
    const double share = cell.exposure / weights.exposure;
    weights.variance += share * (cell.weight - weights.mean) * (cell.weight - weights.mean);
    if (cell.weight == weights.most) weights.share_of_most += share;
  }
  return weights;
}

// The cumulant function of one event's weight, less its largest value, and two derivatives.
struct Cumulants {
  double value, slope, curvature;
};

Cumulants CumulantsAt(absl::Span<const WeightedCell> cells, const Weights& weights, double tilt) {
  double mass = 0, first = 0, second = 0;
  for (const WeightedCell& cell : cells) {
    if (!(cell.exposure > 0)) continue;
    const double below = cell.weight - weights.most;
    const double tilted = cell.exposure / weights.exposure * std::exp(tilt * below);
    mass += tilted;
    first += tilted * below;
    second += tilted * below * below;
  }
  first /= mass;
  return {std::log(mass), first, second / mass - first * first};
}

// Where the tilted distribution has the mean `target`, which lies below 0 and above the mean.
double Tilt(absl::Span<const WeightedCell> cells, const Weights& weights, double target) {
  constexpr int kMostSteps = 60;
  constexpr double kLongestStep = 2, kClose = 1e-10;
  double tilt = 0;
  for (int step = 0; step < kMostSteps; ++step) {
    const Cumulants at = CumulantsAt(cells, weights, tilt);
    if (!(at.curvature > 0)) break;
    const double move = std::clamp((target - at.slope) / at.curvature, -kLongestStep, kLongestStep);
    tilt += move;
    if (std::fabs(move) < kClose) break;
  }
  return tilt;
}

}  // namespace

double HighWeightP(absl::Span<const WeightedCell> cells, double step) {
  // Near the mean both terms of the formula grow without bound and cancel; the normal serves there.
  constexpr double kNearMean = 0.3;
  constexpr double kAtMost = 1e-9;
  const Weights weights = Describe(cells);
  if (!(weights.events > 0) || !(weights.variance > 0)) return 1;
  const double mean_of_sample = weights.sum / weights.events;
  if (mean_of_sample >= weights.most - kAtMost) {
    return std::pow(weights.share_of_most, weights.events);
  }
  const double z = (mean_of_sample - weights.mean) * std::sqrt(weights.events / weights.variance);
  if (z < kNearMean) return UpperNormal(z);
  const double target = mean_of_sample - weights.most;
  const double tilt = Tilt(cells, weights, target);
  const Cumulants at = CumulantsAt(cells, weights, tilt);
  const double root = std::sqrt(std::max(0.0, 2 * weights.events * (tilt * target - at.value)));
  // What lies above the sum, summed over steps with half of the first, is (step / 2) / tanh(tilt *
  // step / 2) of the density at it, where an integral has 1 / tilt.
  const double steps_tilt = step > 0 ? 2 / step * std::tanh(tilt * step / 2) : tilt;
  const double scaled = steps_tilt * std::sqrt(weights.events * at.curvature);
  if (!(root > 0) || !(scaled > 0)) return UpperNormal(z);
  const double density = std::exp(-root * root / 2) / std::sqrt(2 * std::numbers::pi);
  const double p = UpperNormal(root) + density * (1 / scaled - 1 / root);
  return std::clamp(p, 0.0, 1.0);
}

}  // namespace strata::analytics::stats
