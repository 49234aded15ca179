#include "server/analytics/insight/risk_model.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics {
namespace {

constexpr int64_t kEventsForRegression = 30;
constexpr int64_t kEventsForCalibration = 10;
constexpr double kPenalty = 1.0;  // on standardised coefficients
constexpr int kHorizonMonths = 3;

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct Training {
  std::vector<double> rows;
  std::vector<uint8_t> events;

  void Add(const RiskSnapshot& snapshot) {
    for (const RiskRow& row : snapshot.rows) {
      rows.insert(rows.end(), row.features.begin(), row.features.end());
      events.push_back(row.escalated);
    }
  }
  int64_t EventCount() const { return std::count(events.begin(), events.end(), uint8_t{1}); }
};

double LogOddsOf(const stats::LogisticModel& model, const RiskFeatureRow& row) {
  double score = model.intercept;
  for (const double part : model.Contributions(row)) score += part;
  return score;
}

}  // namespace

absl::StatusOr<std::vector<RiskSnapshot>> TakeRiskSnapshots(const image::Revision& revision,
                                                            const std::vector<Day>& days,
                                                            Day known_until,
                                                            const StopToken& stop) {
  const Calendar& calendar = *revision.calendar;
  std::vector<RiskSnapshot> snapshots(days.size());
  for (size_t i = 0; i < days.size(); ++i) {
    snapshots[i].as_of = days[i];
    snapshots[i].outcome_known = Calendar::ShiftLastDay(days[i], kHorizonMonths) <= known_until;
  }
  std::vector<std::vector<std::vector<RiskRow>>> parts(
      ScanWorkers(), std::vector<std::vector<RiskRow>>(days.size()));
  STRATA_RETURN_IF_ERROR(
      ForEachCustomer(revision, stop, [&](size_t worker, const CustomerEvents& events) {
        for (size_t i = 0; i < days.size(); ++i) {
          const std::optional<RiskFeatureRow> features = RiskFeaturesOf(events, days[i], calendar);
          if (!features.has_value()) continue;
          RiskRow row{events.slot, *features};
          if (snapshots[i].outcome_known) {
            const std::optional<Day> day = FirstEscalation(
                events, days[i], Calendar::ShiftLastDay(days[i], kHorizonMonths), calendar);
            row.escalated = day.has_value();
            row.escalation_day = day.value_or(kNoDay);
          }
          parts[worker][i].push_back(row);
        }
      }));
  for (size_t i = 0; i < days.size(); ++i) {
    std::vector<RiskRow>& rows = snapshots[i].rows;
    for (const auto& worker_parts : parts) {
      rows.insert(rows.end(), worker_parts[i].begin(), worker_parts[i].end());
    }
    std::sort(rows.begin(), rows.end(),
              [](const RiskRow& a, const RiskRow& b) { return a.slot < b.slot; });
  }
  return snapshots;
}

RiskModel RiskModel::Train(const std::vector<const RiskSnapshot*>& history) {
  RiskModel model;
  Training all, all_but_latest;
  const RiskSnapshot* latest = nullptr;
  for (const RiskSnapshot* snapshot : history) {
    if (latest == nullptr || snapshot->as_of > latest->as_of) latest = snapshot;
  }
  for (const RiskSnapshot* snapshot : history) {
    all.Add(*snapshot);
    if (snapshot != latest) all_but_latest.Add(*snapshot);
  }
  model.rows_ = static_cast<int64_t>(all.events.size());
  model.events_ = all.EventCount();

  model.means_.assign(kRiskFeatures, 0);
  model.deviations_.assign(kRiskFeatures, 1);
  for (size_t j = 0; j < kRiskFeatures && model.rows_ > 0; ++j) {
    double sum = 0, squares = 0;
    for (size_t i = j; i < all.rows.size(); i += kRiskFeatures) sum += all.rows[i];
    model.means_[j] = sum / static_cast<double>(model.rows_);
    for (size_t i = j; i < all.rows.size(); i += kRiskFeatures) {
      squares += (all.rows[i] - model.means_[j]) * (all.rows[i] - model.means_[j]);
    }
    const double deviation = std::sqrt(squares / static_cast<double>(model.rows_));
    if (deviation > 0) model.deviations_[j] = deviation;
  }

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

  Training held_out;
  held_out.Add(*latest);
  if (held_out.EventCount() < kEventsForCalibration ||
      all_but_latest.EventCount() < kEventsForRegression) {
    return model;
  }
  const absl::StatusOr<stats::LogisticModel> earlier =
      stats::FitLogistic(all_but_latest.rows, kRiskFeatures, all_but_latest.events, kPenalty);
  if (!earlier.ok()) return model;
  std::vector<double> scores;
  for (const RiskRow& row : latest->rows) scores.push_back(LogOddsOf(*earlier, row.features));
  const absl::StatusOr<stats::LogisticModel> platt =
      stats::FitLogistic(scores, 1, held_out.events, 0);
  // A slope of zero or less would turn the ranking around: the model has not held up, keep it as
  // is.
  if (platt.ok() && platt->coefficients[0] > 0) {
    model.calibration_slope_ = platt->coefficients[0] / platt->deviations[0];
    model.calibration_intercept_ = platt->intercept - model.calibration_slope_ * platt->means[0];
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

}  // namespace strata::analytics
