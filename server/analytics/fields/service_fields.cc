#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "server/analytics/fields/feature_plan.h"
#include "server/analytics/fields/field_family.h"

// Fields from tickets, ratings and contracts.

namespace strata::analytics::fields {
namespace {

using enum Grain;
using enum ValueType;

using Sums = std::vector<int64_t>;

// part / whole, not known where the whole is 0.
void SetRatios(const Sums& part, const Sums& whole, std::vector<double>& to) {
  to.resize(part.size());
  for (size_t i = 0; i < part.size(); ++i) {
    to[i] = whole[i] == 0 ? std::numeric_limits<double>::quiet_NaN()
                          : static_cast<double>(part[i]) / static_cast<double>(whole[i]);
  }
}

// kRead asks for what the sums are made of.
template <void (FeaturePlan::*kRead)(), Sums facts::ServiceSums::*kSums>
void PlanSum(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  (plan.*kRead)();
  plan.AtEnd([&plan, column] { column->integers = std::move(plan.service().*kSums); });
}

void PlanContractValue(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.ReadContracts();
  plan.AtEnd([&plan, column] {
    facts::SumColumn& value = plan.service().contract_value;
    if (value.view().wide() != nullptr) column->wide = value.wide;
    column->integers = std::move(value.held);
  });
}

void PlanSlaCompliance(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.ReadTickets();
  plan.AfterScan([&plan, column] {
    const facts::ServiceSums& sums = plan.service();
    Sums due = sums.sla_met;
    for (size_t slot = 0; slot < due.size(); ++slot) due[slot] += sums.sla_breached[slot];
    SetRatios(sums.sla_met, due, column->numbers);
  });
}

void PlanCsat(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.ReadRatings();
  plan.AfterScan([&plan, column] {
    SetRatios(plan.service().good_ratings, plan.service().ratings, column->numbers);
  });
}

// clang-format off
constexpr FieldDefinition kRows[] = {
    {"tickets_90d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Tickets opened in the 90 days that end with as_of.",
     PlanSum<&FeaturePlan::ReadTickets, &facts::ServiceSums::tickets>},
    {"escalations_90d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Tickets of these 90 days that were escalated by as_of.",
     PlanSum<&FeaturePlan::ReadTickets, &facts::ServiceSums::escalations>},
    {"sla_compliance_90d", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "Met / (met + breached) of these tickets; cancelled and not yet due ones are neither.",
     PlanSlaCompliance},
    {"csat_90d", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "Ratings of 4 or 5 / ratings, of tickets resolved and CSAT surveys taken in these 90 days.",
     PlanCsat},
    {"contract_value", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "Annual value of the contracts in force on as_of.",
     PlanContractValue},
    {"renewal_in_days", kInteger, "days", kCustomer, kNoGroups, kAsOf,
     "Days from as_of to the earliest end date of a contract in force.",
     PlanSum<&FeaturePlan::ReadContracts, &facts::ServiceSums::renewal_in_days>},
};
// clang-format on

}  // namespace

FieldFamily ServiceFields() { return {kRows}; }

}  // namespace strata::analytics::fields
