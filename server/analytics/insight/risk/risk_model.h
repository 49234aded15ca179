#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_RISK_RISK_MODEL_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_RISK_RISK_MODEL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/insight/risk/risk_features.h"
#include "server/analytics/stats/logistic.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata::analytics::insight {

// One customer on one past day: what was known, and whether an escalation followed within a
// quarter.
struct RiskRow {
  image::Slot slot = image::kNoSlot;
  RiskFeatureRow features{};
  bool escalated = false;
  Day escalation_day = kNoDay;  // of the first one
};

// The active customers as of a day.
struct RiskSnapshot {
  Day as_of = kNoDay;
  bool outcome_known = false;  // the quarter after as_of lies in the past
  std::vector<RiskRow> rows;   // ascending by slot; of a sample not all of them
  int64_t active = 0;          // customers, those left out of the sample included
  // Of the customers without an escalation, the share that the rows are a sample of; those with one
  // are all there.
  double sampled = 1;
};

// The snapshots of several days in one scan of the facts. The outcome of a snapshot is taken from
// (as_of, as_of + 3 months]; it is known when that ends at or before `known_until`, and nothing
// after `known_until` is ever looked at.
absl::StatusOr<std::vector<RiskSnapshot>> TakeRiskSnapshots(const image::Revision& revision,
                                                            const std::vector<Day>& days,
                                                            Day known_until, const StopToken& stop);

// Likewise for training: of large portfolios the snapshots with a known outcome hold a sample.
// Every escalated row stays; of the others a share of 1/2, 1/4 ... such that at most
// kSampledCustomers are left of the day with the most active customers. Who is in it follows from
// the customer's id and the day alone, whatever order customers came in. Up to kSampledCustomers
// nobody is left out.
inline constexpr int64_t kSampledCustomers = 10'000;
absl::StatusOr<std::vector<RiskSnapshot>> TakeTrainingSnapshots(const image::Revision& revision,
                                                                const std::vector<Day>& days,
                                                                Day known_until,
                                                                const StopToken& stop);

// The chance of an escalation within a quarter.
class RiskModel {
 public:
  // Trains on snapshots with known outcomes. With 30 escalated rows or more: an L2 logistic
  // regression on standardised features, its scores calibrated on the latest snapshot by a model
  // that has not seen it (Platt 1999) where that snapshot has 10 escalated rows. With fewer, or
  // when the regression fails: a scorecard, the mean of the features' signed z-scores.
  // Of a sample, which is then the same share in all snapshots, means are weighted back to all
  // customers and intercepts corrected by the log of the share (prior correction for case-control
  // samples, King and Zeng 2001), so that the risks are those of the whole portfolio.
  static RiskModel Train(const std::vector<const RiskSnapshot*>& history);

  // A probability, or a score in 0..1 when `is_scorecard`.
  double Risk(const RiskFeatureRow& row) const;
  // What each feature adds to the log-odds (scorecard: to the score) against the average row.
  std::vector<double> Contributions(const RiskFeatureRow& row) const;

  bool is_scorecard() const { return !logistic_.has_value(); }
  const std::string& reason() const { return reason_; }  // why the scorecard
  int64_t events() const { return events_; }
  int64_t rows() const { return rows_; }  // customers on days, those left out of a sample included
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

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_RISK_RISK_MODEL_H_
