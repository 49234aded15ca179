#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_RISK_MODEL_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_RISK_MODEL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/insight/risk_features.h"
#include "server/analytics/stats/logistic.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata::analytics {

// One customer on one past day: what was known, and whether an escalation followed within a
// quarter.
struct RiskRow {
  image::Slot slot = image::kNoSlot;
  RiskFeatureRow features{};
  bool escalated = false;
  Day escalation_day = kNoDay;  // of the first one
};

// Every active customer as of a day.
struct RiskSnapshot {
  Day as_of = kNoDay;
  bool outcome_known = false;  // the quarter after as_of lies in the past
  std::vector<RiskRow> rows;   // ascending by slot
};

// The snapshots of several days in one scan of the facts. The outcome of a snapshot is taken from
// (as_of, as_of + 3 months]; it is known when that ends at or before `known_until`, and nothing
// after `known_until` is ever looked at.
absl::StatusOr<std::vector<RiskSnapshot>> TakeRiskSnapshots(const image::Revision& revision,
                                                            const std::vector<Day>& days,
                                                            Day known_until, const StopToken& stop);

// The chance of an escalation within a quarter.
class RiskModel {
 public:
  // Trains on snapshots with known outcomes. With 30 escalated rows or more: an L2 logistic
  // regression on standardised features, its scores calibrated on the latest snapshot by a model
  // that has not seen it (Platt 1999) where that snapshot has 10 escalated rows. With fewer, or
  // when the regression fails: a scorecard, the mean of the features' signed z-scores.
  static RiskModel Train(const std::vector<const RiskSnapshot*>& history);

  // A probability, or a score in 0..1 when `is_scorecard`.
  double Risk(const RiskFeatureRow& row) const;
  // What each feature adds to the log-odds (scorecard: to the score) against the average row.
  std::vector<double> Contributions(const RiskFeatureRow& row) const;

  bool is_scorecard() const { return !logistic_.has_value(); }
  const std::string& reason() const { return reason_; }  // why the scorecard
  int64_t events() const { return events_; }
  int64_t rows() const { return rows_; }
  double base_rate() const;
  const std::vector<double>& means() const { return means_; }
  // Of the standardised features; the scorecard's signs over their number.
  std::vector<double> Coefficients() const;

 private:
  double LogOdds(const RiskFeatureRow& row) const;

  std::optional<stats::LogisticModel> logistic_;
  double calibration_slope_ = 1, calibration_intercept_ = 0;
  std::vector<double> means_, deviations_;
  std::string reason_;
  int64_t events_ = 0, rows_ = 0;
};

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_RISK_MODEL_H_
