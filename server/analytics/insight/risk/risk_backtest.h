#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_RISK_RISK_BACKTEST_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_RISK_RISK_BACKTEST_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/insight/risk/risk_model.h"
#include "server/analytics/stats/roc.h"

namespace strata::analytics::insight {

struct PrecisionAt {
  int k = 0;
  double precision = 0, recall = 0;
};

// One past quarter: the model knew only what lay before it.
struct BacktestQuarter {
  Day start = kNoDay;  // the model's as_of is the day before
  RiskModel model;
  int64_t customers = 0, events = 0;
  // Of the model's risk, and of two rankings anybody could make by hand: by tickets of the last
  // quarter, and by the drop of revenue. nullopt when nobody or everybody escalated.
  std::optional<stats::Auc> auc, auc_tickets, auc_revenue_drop;
  std::vector<PrecisionAt> precision;
};

struct RiskBacktest {
  std::vector<BacktestQuarter> quarters;                         // oldest first
  std::optional<stats::Auc> auc, auc_tickets, auc_revenue_drop;  // all customer-quarters together
  std::vector<PrecisionAt> precision;                            // summed over the quarters
  struct Bin {
    double predicted = 0, observed = 0;
    int64_t customers = 0;
  };
  std::vector<Bin> calibration;  // ten bins of equal size by predicted risk
  double base_rate = 0;
  int64_t customers = 0, events = 0;
  // Median days from the start of the quarter to the escalation, of those among the first
  // `precision.front().k` of their quarter; nullopt when there is none.
  std::optional<double> median_lead_days;
  // The lower end of the AUC's interval lies above one half.
  bool beats_base_rate = false;
  std::string verdict;  // one sentence
};

// Walks forward over the last `quarters` quarters that had ended by `as_of`, and trains for each of
// them on up to eight quarters before it. `at` holds the k of precision and recall, ascending.
absl::StatusOr<RiskBacktest> BacktestRisk(const image::Revision& revision, Day as_of, int quarters,
                                          const std::vector<int>& at, const StopToken& stop);

// How many past quarters a model is trained on.
inline constexpr int kTrainingQuarters = 8;

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_RISK_RISK_BACKTEST_H_
