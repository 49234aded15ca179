#include "server/analytics/insight/risk/risk_model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr int64_t kEventsForRegression = 30;
constexpr int64_t kEventsForCalibration = 10;
constexpr double kPenalty = 1.0;  // on standardised coefficients
constexpr double kRounding = 1e-9;

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct Training {
  std::vector<double> rows;
  std::vector<uint8_t> events;
  int64_t active = 0;

  void Reserve(size_t snapshot_rows) {
    rows.reserve(snapshot_rows * kRiskFeatures);
    events.reserve(snapshot_rows);
  }
  void Add(const RiskSnapshot& snapshot) {
    for (const RiskRow& row : snapshot.rows) {
      rows.insert(rows.end(), row.features.begin(), row.features.end());
      events.push_back(row.escalated);
    }
    active += std::max(snapshot.active, static_cast<int64_t>(snapshot.rows.size()));
  }
  int64_t EventCount() const { return std::count(events.begin(), events.end(), uint8_t{1}); }
};

// Mean and standard deviation of each feature over all customers; 0 and 1 without any.
void DescribeRows(const Training& training, double sampled, std::vector<double>* means,
                  std::vector<double>* deviations) {
  std::array<double, kRiskFeatures> sums{}, squares{};
  double weights = 0;
  const auto weight_of = [&](size_t row) { return training.events[row] ? 1.0 : 1.0 / sampled; };
  const double* row = training.rows.data();
  for (size_t i = 0; i < training.events.size(); ++i, row += kRiskFeatures) {
    const double weight = weight_of(i);
    weights += weight;
    for (size_t j = 0; j < kRiskFeatures; ++j) sums[j] += weight * row[j];
  }
  means->assign(kRiskFeatures, 0);
  deviations->assign(kRiskFeatures, 1);
  if (weights == 0) return;
  for (size_t j = 0; j < kRiskFeatures; ++j) (*means)[j] = sums[j] / weights;
  row = training.rows.data();
  for (size_t i = 0; i < training.events.size(); ++i, row += kRiskFeatures) {
    for (size_t j = 0; j < kRiskFeatures; ++j) {
      squares[j] += weight_of(i) * (row[j] - (*means)[j]) * (row[j] - (*means)[j]);
    }
  }
  for (size_t j = 0; j < kRiskFeatures; ++j) {
    const double deviation = std::sqrt(squares[j] / weights);
    // What is the same for everybody deviates by rounding only, and says nothing.
    if (deviation > kRounding * std::max(1.0, std::abs((*means)[j]))) (*deviations)[j] = deviation;
  }
}

// Makes a model that was fitted to a sample one of all customers: the intercept by the share of the
// customers without an event that are in it, and contributions against the mean of all.
void CorrectForSample(double sampled, const std::vector<double>& means,
                      stats::LogisticModel& model) {
  model.intercept += std::log(sampled);
  for (size_t j = 0; j < means.size(); ++j) {
    model.intercept += model.coefficients[j] * (means[j] - model.means[j]) / model.deviations[j];
    model.means[j] = means[j];
  }
}

double LogOddsOf(const stats::LogisticModel& model, const RiskFeatureRow& row) {
  double score = model.intercept;
  for (size_t j = 0; j < kRiskFeatures; ++j) {
    score += model.coefficients[j] * (row[j] - model.means[j]) / model.deviations[j];
  }
  return score;
}

}  // namespace

RiskModel RiskModel::Train(const std::vector<const RiskSnapshot*>& history) {
  RiskModel model;
  Training all, all_but_latest;
  const RiskSnapshot* latest = nullptr;
  size_t rows = 0;
  for (const RiskSnapshot* snapshot : history) {
    rows += snapshot->rows.size();
    if (latest == nullptr || snapshot->as_of > latest->as_of) latest = snapshot;
  }
  all.Reserve(rows);
  all_but_latest.Reserve(rows);
  for (const RiskSnapshot* snapshot : history) {
    all.Add(*snapshot);
    if (snapshot != latest) all_but_latest.Add(*snapshot);
  }
  model.rows_ = all.active;
  model.events_ = all.EventCount();
  const double sampled = latest == nullptr ? 1 : latest->sampled;

  DescribeRows(all, sampled, &model.means_, &model.deviations_);

  if (model.events_ < kEventsForRegression) {
    model.reason_ =
        absl::StrCat("only ", model.events_, " escalations in the history; a regression needs ",
                     kEventsForRegression);
    return model;
  }
  absl::StatusOr<stats::LogisticModel> fitted =
      stats::FitLogistic(all.rows, kRiskFeatures, all.events, kPenalty);
  if (!fitted.ok()) {
    model.reason_ = std::string(fitted.status().message());
    return model;
  }
  model.logistic_ = *std::move(fitted);
  if (sampled < 1) CorrectForSample(sampled, model.means_, *model.logistic_);

  Training held_out;
  held_out.Add(*latest);
  if (held_out.EventCount() < kEventsForCalibration ||
      all_but_latest.EventCount() < kEventsForRegression) {
    return model;
  }
  absl::StatusOr<stats::LogisticModel> earlier =
      stats::FitLogistic(all_but_latest.rows, kRiskFeatures, all_but_latest.events, kPenalty);
  if (!earlier.ok()) return model;
  earlier->intercept += std::log(sampled);
  std::vector<double> scores;
  for (const RiskRow& row : latest->rows) scores.push_back(LogOddsOf(*earlier, row.features));
  const absl::StatusOr<stats::LogisticModel> platt =
      stats::FitLogistic(scores, 1, held_out.events, 0);
  // A slope of zero or less would turn the ranking around: the model has not held up, keep it as
  // is.
  if (platt.ok() && platt->coefficients[0] > 0) {
    model.calibration_slope_ = platt->coefficients[0] / platt->deviations[0];
    model.calibration_intercept_ =
        platt->intercept - model.calibration_slope_ * platt->means[0] + std::log(sampled);
  }
  return model;
}

double RiskModel::LogOdds(const RiskFeatureRow& row) const {
  return calibration_intercept_ + calibration_slope_ * LogOddsOf(*logistic_, row);
}

double RiskModel::Risk(const RiskFeatureRow& row) const {
  if (!is_scorecard()) return Sigmoid(LogOdds(row));
  double score = 0;
  for (const double part : Contributions(row)) score += part;
  return Sigmoid(score);
}

std::vector<double> RiskModel::Contributions(const RiskFeatureRow& row) const {
  if (!is_scorecard()) {
    std::vector<double> parts = logistic_->Contributions(row);
    for (double& part : parts) part *= calibration_slope_;
    return parts;
  }
  const std::vector<double> weights = Coefficients();
  std::vector<double> parts(kRiskFeatures);
  for (size_t j = 0; j < kRiskFeatures; ++j) {
    // One extreme feature must not decide alone: z-scores are cut at three.
    parts[j] = weights[j] * std::clamp((row[j] - means_[j]) / deviations_[j], -3.0, 3.0);
  }
  return parts;
}

std::vector<double> RiskModel::Coefficients() const {
  if (!is_scorecard()) {
    std::vector<double> coefficients = logistic_->coefficients;
    for (double& coefficient : coefficients) coefficient *= calibration_slope_;
    return coefficients;
  }
  std::vector<double> weights(kRiskFeatures);
  for (size_t j = 0; j < kRiskFeatures; ++j) {
    weights[j] = (HighIsBad(static_cast<RiskFeature>(j)) ? 1.0 : -1.0) / kRiskFeatures;
  }
  return weights;
}

double RiskModel::base_rate() const {
  return rows_ == 0 ? 0 : static_cast<double>(events_) / static_cast<double>(rows_);
}

}  // namespace strata::analytics::insight
