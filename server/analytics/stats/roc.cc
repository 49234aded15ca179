#include "server/analytics/stats/roc.h"

#include <algorithm>
#include <cmath>

#include "boost/math/distributions/normal.hpp"
#include "server/analytics/stats/ranks.h"
#include "server/analytics/stats/sum.h"

namespace strata::analytics::stats {
namespace {

// The placement values: of each case the share of controls below it (V10), of each control the
// share of cases above it (V01), ties half.
struct Placements {
  std::vector<double> of_cases, of_controls;
  double auc = 0;
};

Placements PlacementsOf(absl::Span<const double> cases, absl::Span<const double> controls) {
  std::vector<double> all(cases.begin(), cases.end());
  all.insert(all.end(), controls.begin(), controls.end());
  const std::vector<double> ranks = Midranks(all);
  const std::vector<double> case_ranks = Midranks(cases);
  const std::vector<double> control_ranks = Midranks(controls);
  const double m = static_cast<double>(cases.size()), n = static_cast<double>(controls.size());
  Placements placements;
  for (size_t i = 0; i < cases.size(); ++i) {
    placements.of_cases.push_back((ranks[i] - case_ranks[i]) / n);
  }
  for (size_t j = 0; j < controls.size(); ++j) {
    placements.of_controls.push_back(1.0 - (ranks[cases.size() + j] - control_ranks[j]) / m);
  }
  placements.auc = Sum(placements.of_cases) / m;
  return placements;
}

double Covariance(absl::Span<const double> a, double a_mean, absl::Span<const double> b,
                  double b_mean) {
  if (a.size() < 2) return 0;
  KahanSum sum;
  for (size_t i = 0; i < a.size(); ++i) sum.Add((a[i] - a_mean) * (b[i] - b_mean));
  return sum.value() / static_cast<double>(a.size() - 1);
}

// Covariance of two AUC estimates on the same subjects.
double AucCovariance(const Placements& a, const Placements& b) {
  return Covariance(a.of_cases, a.auc, b.of_cases, b.auc) / static_cast<double>(a.of_cases.size()) +
         Covariance(a.of_controls, a.auc, b.of_controls, b.auc) /
             static_cast<double>(a.of_controls.size());
}

double NormalQuantile(double level) {
  return boost::math::quantile(boost::math::normal(), 0.5 + level / 2);
}

}  // namespace

std::optional<Auc> DeLongAuc(absl::Span<const double> cases, absl::Span<const double> controls,
                             double level) {
  if (cases.empty() || controls.empty()) return std::nullopt;
  const Placements placements = PlacementsOf(cases, controls);
  Auc result;
  result.auc = placements.auc;
  result.variance = AucCovariance(placements, placements);
  result.level = level;
  const double half_width = NormalQuantile(level) * std::sqrt(result.variance);
  result.low = std::max(0.0, result.auc - half_width);
  result.high = std::min(1.0, result.auc + half_width);
  result.cases = static_cast<int64_t>(cases.size());
  result.controls = static_cast<int64_t>(controls.size());
  return result;
}

std::optional<AucDifference> CompareAuc(absl::Span<const double> a_cases,
                                        absl::Span<const double> a_controls,
                                        absl::Span<const double> b_cases,
                                        absl::Span<const double> b_controls, double level) {
  if (a_cases.empty() || a_controls.empty()) return std::nullopt;
  const Placements a = PlacementsOf(a_cases, a_controls);
  const Placements b = PlacementsOf(b_cases, b_controls);
  const double variance = AucCovariance(a, a) + AucCovariance(b, b) - 2 * AucCovariance(a, b);
  if (!(variance > 0)) return std::nullopt;
  AucDifference result;
  result.difference = a.auc - b.auc;
  result.z = result.difference / std::sqrt(variance);
  result.p =
      2 * boost::math::cdf(boost::math::complement(boost::math::normal(), std::fabs(result.z)));
  const double half_width = NormalQuantile(level) * std::sqrt(variance);
  result.low = result.difference - half_width;
  result.high = result.difference + half_width;
  return result;
}

}  // namespace strata::analytics::stats
