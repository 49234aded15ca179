#include "server/analytics/stats/logistic.h"

#include <algorithm>
#include <cmath>

#include "Eigen/Dense"
#include "absl/status/status.h"

namespace strata::analytics::stats {
namespace {

constexpr int kMaxIterations = 100;
constexpr double kTolerance = 1e-10;

double Sigmoid(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

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
    const double deviation = variance > 0 ? std::sqrt(variance) : 1;
    model.means.push_back(mean);
    model.deviations.push_back(deviation);
    design.col(j + 1) = (x.col(j).array() - mean) / deviation;
  }
  return design;
}

// The penalised log likelihood, whose maximum is sought.
double Objective(const Eigen::VectorXd& scores, const Eigen::VectorXd& y,
                 const Eigen::VectorXd& beta, double l2) {
  double value = 0;
  for (Eigen::Index i = 0; i < scores.size(); ++i) {
    const double s = scores[i];
    value += y[i] * s - (s > 0 ? s + std::log1p(std::exp(-s)) : std::log1p(std::exp(s)));
  }
  return value - l2 / 2 * beta.tail(beta.size() - 1).squaredNorm();
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
  double objective = Objective(design * beta, y, beta, l2);
  bool converged = false;
  for (; model.iterations < kMaxIterations && !converged; ++model.iterations) {
    const Eigen::VectorXd p = (design * beta).unaryExpr([](double s) { return Sigmoid(s); });
    const Eigen::VectorXd weights = p.array() * (1 - p.array());
    Eigen::VectorXd gradient = design.transpose() * (y - p);
    gradient.tail(columns) -= l2 * beta.tail(columns);
    Eigen::MatrixXd hessian = design.transpose() * weights.asDiagonal() * design;
    hessian.diagonal().tail(columns).array() += l2;
    Eigen::VectorXd step = hessian.ldlt().solve(gradient);
    if (!step.allFinite()) break;
    // Halve steps that overshoot, which Newton's method does far from the maximum.
    double next = Objective(design * (beta + step), y, beta + step, l2);
    for (int halvings = 0; next < objective - 1e-12 * std::fabs(objective) && halvings < 30;
         ++halvings) {
      step /= 2;
      next = Objective(design * (beta + step), y, beta + step, l2);
    }
    beta += step;
    objective = next;
    converged = step.lpNorm<Eigen::Infinity>() < kTolerance;
  }
  if (!converged) {
    return absl::FailedPreconditionError(
        "the logistic regression does not converge: a feature separates the events");
  }
  model.intercept = beta[0];
  model.coefficients.assign(beta.data() + 1, beta.data() + beta.size());
  return model;
}

}  // namespace strata::analytics::stats
