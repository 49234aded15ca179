#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_INTERVENTIONS_INTERVENTIONS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_INTERVENTIONS_INTERVENTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/insight/interventions/interventions_reasons.h"
#include "server/analytics/insight/risk/current_risk.h"
#include "server/analytics/segment/population.h"

namespace strata::analytics::insight {

struct Intervention {
  image::Slot slot = image::kNoSlot;
  MicrosSum revenue = 0;        // of the last 365 days, or the contract value in force where higher
  double risk = 0;              // chance of an escalation within a quarter
  MicrosSum at_risk = 0;        // revenue x risk, rounded to a micro
  double cumulative_share = 0;  // of the total at risk, this one included
  std::optional<Day> renewal_date;  // the earliest end of a contract in force
  std::vector<Reason> reasons;      // by urgency of their kind, then as found
  std::string action;
};

struct InterventionQueue {
  RiskModel model;
  std::vector<Intervention> first;  // by at_risk, highest first, then customer id
  int64_t ranked = 0;               // customers with something at risk
  int64_t inactive = 0;  // with revenue or a contract, but without an order or ticket in the year
  MicrosSum total_at_risk = 0;
  double covered = 0;  // share of the total that `first` covers
  int64_t warning_tests = 0;
};

// A contract that ends within so many days is a reason to act.
inline constexpr int kQuarterDays = 90;
inline constexpr int kHighRevenueShareBp = 2'000;

// Fields that the population's features must hold.
std::vector<std::string> InterventionFields();

// The quarter's queue: the `limit` customers of the population with the most at risk. Model,
// warnings (false-discovery rate 0.1) and neglect (last 365 days) are of the whole workspace, so
// that a filter narrows the list and changes no row of it but the cumulative share. Nothing after
// as_of is looked at; revenue goes by the orders' status of today, the risk does not.
absl::StatusOr<InterventionQueue> RankInterventions(const fields::Scope& scope,
                                                    const segment::Population& population,
                                                    int limit);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_INTERVENTIONS_INTERVENTIONS_H_
