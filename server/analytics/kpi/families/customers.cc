#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/figures.h"

// Who buys, how often, and who fell silent.

namespace strata::analytics::kpi {
namespace {

using M = Measure;

absl::StatusOr<fields::Cell> MedianGap(const FigureInput& input) {
  if (input.cell[M::kGaps] == 0) return NullCell(fields::NullReason::kNoRecords);
  return NumberCell(static_cast<double>(input.cell[M::kMedianGap]) / 10);
}

absl::StatusOr<fields::Cell> GapCv(const FigureInput& input) {
  if (input.cell[M::kGapCvCustomers] == 0) return NullCell(fields::NullReason::kNoRecords);
  return NumberCell(input.cell.MedianGapCv());
}

const Part kOrdersPart{M::kOrders, fields::ValueType::kInteger, "purchases"};
const Part kActivePart{M::kActiveCustomers, fields::ValueType::kInteger, "active customers"};

Definition Make(Kpi kpi, Facts facts, MeasureSet needs, Figure figure, Measure records) {
  kpi.family = "customers";
  return {
      .kpi = std::move(kpi), .facts = facts, .needs = needs, .figure = figure, .records = records};
}

Definition WithParts(Definition definition, Part numerator, Part denominator) {
  definition.numerator = std::move(numerator);
  definition.denominator = std::move(denominator);
  return definition;
}

Definition WithContribution(Definition definition, Part contribution) {
  definition.contribution = std::move(contribution);
  return definition;
}

void AddCounts(std::vector<Definition>* all) {
  all->push_back(Make(
      {.id = "customers",
       .name = "Customers",
       .unit = "customers",
       .type = fields::ValueType::kInteger,
       .formula = "customers that exist by as_of and match the filter",
       .additive = true,
       .grain = fields::Grain::kCustomer,
       .notes = "A customer exists from its created_time, else from its first event; with neither, "
                "always. The range does not matter."},
      Facts::kCustomers, {M::kCustomers}, &Count<M::kCustomers>, M::kCustomers));
  all->push_back(WithContribution(
      Make({.id = "active_customers",
            .name = "Active customers",
            .unit = "customers",
            .type = fields::ValueType::kInteger,
            .formula = "distinct customers with a purchase in the period",
            .version = "2",
            .notes = "Counted for each group by itself, never summed."},
           Facts::kOrders, {M::kActiveCustomers}, &Count<M::kActiveCustomers>, M::kOrders),
      kOrdersPart));
  all->push_back(WithContribution(
      Make({.id = "new_customers",
            .name = "New customers",
            .unit = "customers",
            .type = fields::ValueType::kInteger,
            .formula = "distinct customers whose first purchase lies in the period",
            .version = "2",
            .notes = "First of all their history, whatever the filter. By a field of orders or "
                     "lines, a customer counts in each group that has an order of its first day."},
           Facts::kOrders, {M::kNewCustomers}, &Count<M::kNewCustomers>, M::kOrders),
      kOrdersPart));
}

void AddFrequencies(std::vector<Definition>* all) {
  all->push_back(WithParts(Make({.id = "order_frequency",
                                 .name = "Order frequency",
                                 .unit = "orders/customer",
                                 .type = fields::ValueType::kNumber,
                                 .formula = "orders / active_customers",
                                 .version = "2",
                                 .notes = "Several orders of one day count each."},
                                Facts::kOrders, {M::kOrders, M::kActiveCustomers},
                                &Ratio<M::kOrders, M::kActiveCustomers>, M::kOrders),
                           kOrdersPart, kActivePart));
  all->push_back(WithParts(
      Make(
          {.id = "order_frequency_monthly",
           .name = "Order frequency a month",
           .unit = "orders/customer/month",
           .type = fields::ValueType::kNumber,
           .formula = "orders / distinct months in which a customer ordered, summed over customers",
           .version = "2",
           .notes = "Calendar months."},
          Facts::kOrders, {M::kOrders, M::kActiveMonths}, &Ratio<M::kOrders, M::kActiveMonths>,
          M::kOrders),
      kOrdersPart, {M::kActiveMonths, fields::ValueType::kInteger, "active customer-months"}));
  all->push_back(WithContribution(
      Make(
          {.id = "median_order_gap_days",
           .name = "Median gap between orders",
           .unit = "days",
           .type = fields::ValueType::kNumber,
           .formula = "median of the days between one customer's consecutive orders",
           .version = "2",
           .higher_is_better = false,
           .notes = "Both orders lie in the period and group; orders of one day count each, with a "
                    "gap of 0. Customers with two or more orders."},
          Facts::kOrders, {M::kGaps, M::kMedianGap}, &MedianGap, M::kOrders),
      {M::kGaps, fields::ValueType::kInteger, "gaps between consecutive orders"}));
  all->push_back(WithContribution(
      Make({.id = "order_gap_cv",
            .name = "Irregularity of orders",
            .unit = "1",
            .type = fields::ValueType::kNumber,
            .formula = "median over customers of sd / mean of the gaps between their orders",
            .version = "2",
            .higher_is_better = false,
            .notes = "Sample standard deviation, gaps as in median_order_gap_days. Customers with "
                     "three or more orders in the period and group, not all on one day."},
           Facts::kOrders, {M::kGapCvCustomers, M::kMedianGapCv}, &GapCv, M::kOrders),
      kOrdersPart));
  all->push_back(WithParts(Make({.id = "revenue_per_customer",
                                 .name = "Revenue per customer",
                                 .unit = "currency",
                                 .type = fields::ValueType::kMoney,
                                 .formula = "revenue / active_customers",
                                 .version = "2"},
                                Facts::kOrders, {M::kRevenue, M::kActiveCustomers},
                                &MoneyRatio<M::kRevenue, M::kActiveCustomers>, M::kOrders),
                           {M::kRevenue, fields::ValueType::kMoney, "revenue"}, kActivePart));
}

void AddInactivity(std::vector<Definition>* all) {
  Definition inactive = WithParts(
      Make({.id = "inactive_rate",
            .name = "Inactive rate",
            .unit = "1",
            .type = fields::ValueType::kNumber,
            .formula = "customers without a contract whose last order lies longer ago than the "
                       "inactivity window / customers without a contract that ever ordered",
            .version = "2",
            .grain = fields::Grain::kCustomer,
            .higher_is_better = false,
            .notes = "As of the last day of the period (at most as_of). The window is a setting of "
                     "the workspace, 180 days by default."},
           Facts::kInactivity, {M::kOrderedBefore, M::kInactive},
           &Ratio<M::kInactive, M::kOrderedBefore>, M::kOrderedBefore),
      {M::kInactive, fields::ValueType::kInteger, "inactive customers"},
      {M::kOrderedBefore, fields::ValueType::kInteger,
       "customers without a contract that ever ordered"});
  inactive.rate = true;
  all->push_back(std::move(inactive));
}

}  // namespace

std::vector<Definition> CustomerDefinitions() {
  std::vector<Definition> all;
  AddCounts(&all);
  AddFrequencies(&all);
  AddInactivity(&all);
  for (Definition& definition : all) {
    if (definition.facts != Facts::kCustomers) definition = OfPurchases(std::move(definition));
  }
  return all;
}

}  // namespace strata::analytics::kpi
