#include <limits>
#include <utility>

#include "server/analytics/fields/block_scan.h"
#include "server/analytics/fields/feature_plan.h"

// Fields from tickets, ratings and contracts.

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
    return take(&ServiceSums::contract_value);
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

}  // namespace strata::analytics
