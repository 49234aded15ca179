#include "server/analytics/stats/logistic.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "Eigen/Dense"
#include "absl/status/status.h"
#include "server/base/scan_pool.h"

namespace strata::analytics::stats {
namespace {

constexpr int kMaxIterations = 100;
constexpr double kTolerance = 1e-10;

double Sigmoid(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

constexpr double kRounding = 1e-9;

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// The design matrix with a leading column of ones; fills the model's means and deviations.
RowMajor Standardise(absl::Span<const double> rows, size_t columns, size_t n,
                     LogisticModel& model) {
  const Eigen::Map<const RowMajor> x(rows.data(), static_cast<Eigen::Index>(n),
                                     static_cast<Eigen::Index>(columns));
  RowMajor design(n, columns + 1);
  design.col(0).setOnes();
  for (size_t j = 0; j < columns; ++j) {
    const double mean = x.col(j).mean();
    const double variance = (x.col(j).array() - mean).square().mean();
    // A column that is the same everywhere deviates by rounding only.
    const double spread = std::sqrt(variance);
    const double deviation = spread > kRounding * std::max(1.0, std::abs(mean)) ? spread : 1;
    model.means.push_back(mean);
    model.deviations.push_back(deviation);
    design.col(j + 1) = (x.col(j).array() - mean) / deviation;
  }
  return design;
}

// The penalised log likelihood, whose maximum is sought, and how it changes around `beta`.
struct Likelihood {
  Eigen::VectorXd beta;
  double value = 0;
  Eigen::VectorXd gradient;
  Eigen::MatrixXd curvature;  // minus the Hessian
};

// Stretches of rows side by side, each small enough to stay in a core's cache; their sums are added
// in the order of the rows, whoever made them.
Likelihood Evaluate(const RowMajor& design, const Eigen::VectorXd& y, Eigen::VectorXd beta,
                    double l2) {
  constexpr Eigen::Index kStretch = 2048;
  const Eigen::Index n = design.rows(), columns = design.cols();
  std::vector<Likelihood> parts(static_cast<size_t>((n + kStretch - 1) / kStretch));
  ParallelScan(parts.size(), [&](size_t, size_t item) {
    const Eigen::Index first = static_cast<Eigen::Index>(item) * kStretch;
    const auto rows = design.middleRows(first, std::min(kStretch, n - first));
    const auto outcomes = y.segment(first, rows.rows());
    const Eigen::VectorXd scores = rows * beta;
    const Eigen::VectorXd p = scores.unaryExpr([](double s) { return Sigmoid(s); });
    Likelihood& part = parts[item];
    for (Eigen::Index i = 0; i < scores.size(); ++i) {
      const double s = scores[i];
      part.value +=
          outcomes[i] * s - (s > 0 ? s + std::log1p(std::exp(-s)) : std::log1p(std::exp(s)));
    }
    part.gradient = rows.transpose() * (outcomes - p);
    const RowMajor weighted = (p.array() * (1 - p.array())).matrix().asDiagonal() * rows;
    part.curvature = rows.transpose() * weighted;
  });
  Likelihood all;
  all.gradient = Eigen::VectorXd::Zero(columns);
  all.curvature = Eigen::MatrixXd::Zero(columns, columns);
  for (const Likelihood& part : parts) {
    all.value += part.value;
    all.gradient += part.gradient;
    all.curvature += part.curvature;
  }
  all.value -= l2 / 2 * beta.tail(columns - 1).squaredNorm();
  all.gradient.tail(columns - 1) -= l2 * beta.tail(columns - 1);
  all.curvature.diagonal().tail(columns - 1).array() += l2;
  all.beta = std::move(beta);
  return all;
}

}  // namespace

double LogisticModel::Probability(absl::Span<const double> features) const {
  double score = intercept;
  for (const double contribution : Contributions(features)) score += contribution;
  return Sigmoid(score);
}

std::vector<double> LogisticModel::Contributions(absl::Span<const double> features) const {
  std::vector<double> contributions(coefficients.size());
  for (size_t j = 0; j < coefficients.size(); ++j) {
    contributions[j] = coefficients[j] * (features[j] - means[j]) / deviations[j];
  }
  return contributions;
}

absl::StatusOr<LogisticModel> FitLogistic(absl::Span<const double> rows, size_t columns,
                                          absl::Span<const uint8_t> events, double l2) {
  const size_t n = events.size();
  const auto positives = std::count(events.begin(), events.end(), uint8_t{1});
  if (positives == 0 || static_cast<size_t>(positives) == n) {
    return absl::InvalidArgumentError(
        "a logistic regression needs rows with and without the event");
  }
  if (!std::all_of(rows.begin(), rows.end(), [](double v) { return std::isfinite(v); })) {
    return absl::InvalidArgumentError("a feature is not finite");
  }
  LogisticModel model;
  const RowMajor design = Standardise(rows, columns, n, model);
  Eigen::VectorXd y(n);
  for (size_t i = 0; i < n; ++i) y[i] = events[i];

  Eigen::VectorXd beta = Eigen::VectorXd::Zero(columns + 1);
  const double base_rate = static_cast<double>(positives) / static_cast<double>(n);
  beta[0] = std::log(base_rate / (1 - base_rate));
  Likelihood at = Evaluate(design, y, std::move(beta), l2);
  bool converged = false;
  for (; model.iterations < kMaxIterations && !converged; ++model.iterations) {
    Eigen::VectorXd step = at.curvature.ldlt().solve(at.gradient);
    if (!step.allFinite()) break;
    // Halve steps that overshoot, which Newton's method does far from the maximum.
    Likelihood next = Evaluate(design, y, at.beta + step, l2);
    for (int halvings = 0; next.value < at.value - 1e-12 * std::fabs(at.value) && halvings < 30;
         ++halvings) {
      step /= 2;
      next = Evaluate(design, y, at.beta + step, l2);
    }
    at = std::move(next);
    converged = step.lpNorm<Eigen::Infinity>() < kTolerance;
  }
  if (!converged) {
    return absl::FailedPreconditionError(
        "the logistic regression does not converge: a feature separates the events");
  }
  model.intercept = at.beta[0];
  model.coefficients.assign(at.beta.data() + 1, at.beta.data() + at.beta.size());
  return model;
}

}  // namespace strata::analytics::stats
