#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_INTERVENTIONS_INTERVENTIONS_REASONS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_INTERVENTIONS_INTERVENTIONS_REASONS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/analytics/insight/risk/risk_model.h"
#include "server/analytics/insight/signals/early_warning.h"
#include "server/analytics/insight/signals/renewals.h"

// Why an account stands in the intervention queue, in words, and what to do about it, by rule.

namespace strata::analytics::insight {

// In the order in which they call for action; the table of actions stands in docs/insights.md.
enum class ReasonKind : uint8_t {
  kRenewal,   // a contract ends within the quarter
  kNeglect,   // worse support than the median service, though high-revenue
  kService,   // tickets, escalations, SLAs, answers or ratings drive the risk
  kDelivery,  // late deliveries drive it
  kDecline,   // orders slow down, shrink or stay away
};

struct Reason {
  ReasonKind kind;
  std::string words;
};

// What drives the risk of one customer up: of the features that lie on their bad side and add at
// least a tenth to the log-odds (scorecard: anything to the score), the three that add most. How
// large an account is never is a reason.
std::vector<Reason> DriverReasons(const RiskModel& model, const RiskFeatureRow& row);

// Amounts are written as those of `currency`, the workspace's code.
Reason WarningReason(const WarningSign& sign, absl::string_view currency);
Reason RenewalReason(const Renewal& renewal, Day as_of, absl::string_view currency);

struct ActionContext {
  bool has_owner = true;
  absl::string_view escalation_path;  // of the tier's service policy; may be empty
  const Renewal* renewal = nullptr;   // with a reason kRenewal
};

// The actions of the two most pressing kinds among the reasons, after naming an owner where there
// is none. Without reasons: to watch the account.
std::string SuggestedAction(const std::vector<Reason>& reasons, const ActionContext& context);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_INTERVENTIONS_INTERVENTIONS_REASONS_H_
