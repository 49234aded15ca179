#include <limits>
#include <utility>

#include "server/analytics/fields/block_scan.h"
#include "server/analytics/fields/feature_plan.h"
#include "server/analytics/insight/current_risk.h"
#include "server/analytics/insight/health.h"
#include "server/base/status_macros.h"

// Fields from tickets, ratings and contracts, and the insights that rest on them.

namespace strata::analytics {
namespace {

// part / whole, not known where the whole is 0.
void SetRatios(const std::vector<int64_t>& part, const std::vector<int64_t>& whole,
               std::vector<double>& to) {
  to.resize(part.size());
  for (size_t i = 0; i < part.size(); ++i) {
    to[i] = whole[i] == 0 ? std::numeric_limits<double>::quiet_NaN()
                          : static_cast<double>(part[i]) / static_cast<double>(whole[i]);
  }
}

}  // namespace

bool FeaturePlan::AddService(absl::string_view id, FeatureColumn* column) {
  const auto take = [this, column](std::vector<int64_t> ServiceSums::*sums) {
    takes_.push_back([this, column, sums] { column->integers = std::move(service_.*sums); });
    return true;
  };
  if (id == "tickets_90d") {
    read_tickets_ = true;
    return take(&ServiceSums::tickets);
  }
  if (id == "escalations_90d") {
    read_tickets_ = true;
    return take(&ServiceSums::escalations);
  }
  if (id == "contract_value") {
    read_contracts_ = true;
    takes_.push_back([this, column] {
      SumColumn& value = service_.contract_value;
      if (value.view().wide() != nullptr) column->wide = value.wide;
      column->integers = std::move(value.held);
    });
    return true;
  }
  if (id == "renewal_in_days") {
    read_contracts_ = true;
    return take(&ServiceSums::renewal_in_days);
  }
  if (id == "sla_compliance_90d") {
    read_tickets_ = true;
    fills_.push_back([this, column] {
      std::vector<int64_t> due = service_.sla_met;
      for (size_t slot = 0; slot < due.size(); ++slot) due[slot] += service_.sla_breached[slot];
      SetRatios(service_.sla_met, due, column->numbers);
    });
    return true;
  }
  if (id == "csat_90d") {
    read_ratings_ = true;
    fills_.push_back(
        [this, column] { SetRatios(service_.good_ratings, service_.ratings, column->numbers); });
    return true;
  }
  return false;
}

bool FeaturePlan::AddInsight(absl::string_view id, FeatureColumn* column) {
  if (id == "health") {
    computations_.push_back([this, column](const StopToken& stop) -> absl::Status {
      STRATA_ASSIGN_OR_RETURN(column->numbers, HealthScores(revision_, as_of_, stop));
      return absl::OkStatus();
    });
    return true;
  }
  if (id != "escalation_risk") return false;
  computations_.push_back([this, column](const StopToken& stop) -> absl::Status {
    STRATA_ASSIGN_OR_RETURN(const CurrentRisk risk, AssessCurrentRisk(revision_, as_of_, stop));
    column->numbers = risk.BySlot(revision_.slots);
    return absl::OkStatus();
  });
  return true;
}

}  // namespace strata::analytics
