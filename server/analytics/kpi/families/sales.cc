#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/figures.h"

// Revenue, orders and their values. Recognised orders are those whose status is not excluded; those
// of them that are no returns are purchases (IsReturn).

namespace strata::analytics::kpi {
namespace {

using M = Measure;

template <Measure M10>
absl::StatusOr<fields::Cell> OrderValueQuantile(const FigureInput& input) {
  if (input.cell[M::kOrders] == 0) return NullCell(fields::NullReason::kNoRecords);
  return MoneyRatioCell(input.cell[M10], 10);
}

absl::StatusOr<fields::Cell> Cost(const FigureInput& input) {
  if (input.cell[M::kLinesWithCost] == 0) return NullCell(fields::NullReason::kNoRecords);
  return MoneyCell(input.cell[M::kCost]);
}

absl::StatusOr<fields::Cell> GrossMargin(const FigureInput& input) {
  if (input.cell[M::kLinesWithCost] == 0) return NullCell(fields::NullReason::kNoRecords);
  const MicrosSum revenue = input.cell[M::kRevenueWithCost];
  return RatioCell(revenue - input.cell[M::kCost], revenue, fields::NullReason::kZeroDenominator);
}

absl::StatusOr<fields::Cell> Gross(const FigureInput& input) {
  return MoneyCell(GrossRevenue(input.cell));
}

absl::StatusOr<fields::Cell> AverageOrderValue(const FigureInput& input) {
  return MoneyRatioCell(GrossRevenue(input.cell), input.cell[M::kOrders]);
}

absl::StatusOr<fields::Cell> StrategicShare(const FigureInput& input) {
  if (input.cell[M::kRecognised] == 0) return NullCell(fields::NullReason::kNoRecords);
  return RatioCell(input.cell[M::kStrategicRevenue], input.cell[M::kRevenue],
                   fields::NullReason::kZeroDenominator);
}

const Part kRevenuePart{M::kRevenue, fields::ValueType::kMoney, "revenue"};
const Part kGrossPart{M::kRevenue, fields::ValueType::kMoney, "revenue of purchases", std::nullopt,
                      M::kRefunds};
const Part kOrdersPart{M::kOrders, fields::ValueType::kInteger, "purchases"};
const Part kReturnsPart{M::kReturns, fields::ValueType::kInteger, "returns"};
const Part kAllOrdersPart{M::kOrdersAll, fields::ValueType::kInteger, "orders of any status"};

Definition Sum(Kpi kpi, MeasureSet needs, Figure figure, Part contribution) {
  kpi.family = "sales";
  kpi.additive = true;
  Definition definition{.kpi = std::move(kpi),
                        .facts = Facts::kOrders,
                        .needs = needs,
                        .figure = figure,
                        .records = M::kRecognised};
  definition.contribution = std::move(contribution);
  return definition;
}

Definition Ratio(Kpi kpi, MeasureSet needs, Figure figure, Part numerator, Part denominator) {
  kpi.family = "sales";
  Definition definition{.kpi = std::move(kpi),
                        .facts = Facts::kOrders,
                        .needs = needs,
                        .figure = figure,
                        .records = M::kRecognised};
  definition.numerator = std::move(numerator);
  definition.denominator = std::move(denominator);
  return definition;
}

void AddSums(std::vector<Definition>* all) {
  all->push_back(Sum({.id = "revenue",
                      .name = "Revenue",
                      .unit = "currency",
                      .type = fields::ValueType::kMoney,
                      .formula = "sum of the line amounts of recognised orders",
                      .notes = "Net: negative lines and returns reduce it. A product or product "
                               "line takes the amounts of its own lines."},
                     {M::kRevenue}, &Money<M::kRevenue>, kRevenuePart));
  all->push_back(
      OfPurchases(Sum({.id = "orders",
                       .name = "Orders",
                       .unit = "orders",
                       .type = fields::ValueType::kInteger,
                       .formula = "number of purchases",
                       .version = "2",
                       .notes = "Each order once; by a field of lines, once in each group that "
                                "has one of its lines."},
                      {M::kOrders}, &Count<M::kOrders>, kOrdersPart)));
  all->back().records = M::kOrders;
  all->push_back(Sum({.id = "order_lines",
                      .name = "Order lines",
                      .unit = "lines",
                      .type = fields::ValueType::kInteger,
                      .formula = "number of lines of recognised orders",
                      .grain = fields::Grain::kLine},
                     {M::kOrderLines}, &Count<M::kOrderLines>,
                     {M::kOrderLines, fields::ValueType::kInteger, "order lines"}));
  all->push_back(
      Sum({.id = "units",
           .name = "Units",
           .unit = "units",
           .type = fields::ValueType::kNumber,
           .formula = "sum of the line quantities of recognised orders",
           .version = "2",
           .grain = fields::Grain::kLine,
           .notes = "Pieces, kilograms, hours: added up exactly to six decimals. Returns "
                    "are negative quantities."},
          {M::kUnits}, &Quantity<M::kUnits>, {M::kUnits, fields::ValueType::kNumber, "units"}));
  all->push_back(Sum({.id = "cost",
                      .name = "Cost",
                      .unit = "currency",
                      .type = fields::ValueType::kMoney,
                      .formula = "sum of the line costs of recognised orders",
                      .grain = fields::Grain::kLine,
                      .higher_is_better = false,
                      .notes = "Over the lines that carry a cost (see cost_coverage); null where "
                               "none does."},
                     {M::kCost, M::kLinesWithCost, M::kOrderLines}, &Cost,
                     {M::kCost, fields::ValueType::kMoney, "cost"}));
}

void AddReturns(std::vector<Definition>* all) {
  const auto add = [&](Definition definition, Measure records) {
    definition.records = records;
    all->push_back(OfPurchases(std::move(definition)));
  };
  add(Sum({.id = "gross_revenue",
           .name = "Gross revenue",
           .unit = "currency",
           .type = fields::ValueType::kMoney,
           .formula = "sum of the line amounts of purchases",
           .notes = "gross_revenue - refunds = revenue, in every group."},
          {M::kRevenue, M::kRefunds}, &Gross, kGrossPart),
      M::kOrders);
  add(Sum({.id = "returns",
           .name = "Returns",
           .unit = "orders",
           .type = fields::ValueType::kInteger,
           .formula = "number of recognised orders whose total is negative",
           .higher_is_better = false,
           .notes = "Counted like orders, which do not count them."},
          {M::kReturns}, &Count<M::kReturns>, kReturnsPart),
      M::kReturns);
  add(Sum({.id = "refunds",
           .name = "Refunds",
           .unit = "currency",
           .type = fields::ValueType::kMoney,
           .formula = "what returns took back: the sum of their line amounts, as a positive amount",
           .higher_is_better = false,
           .notes = "By a field of lines, of the matching lines: negative where those lines of "
                    "returns add up to more than nothing."},
          {M::kRefunds}, &Money<M::kRefunds>, {M::kRefunds, fields::ValueType::kMoney, "refunds"}),
      M::kReturns);
  add(Ratio({.id = "return_rate",
             .name = "Return rate",
             .unit = "1",
             .type = fields::ValueType::kNumber,
             .formula = "returns / orders",
             .higher_is_better = false,
             .notes = "Null without a purchase; above 1 where more came back than was bought."},
            {M::kReturns, M::kOrders}, &kpi::Ratio<M::kReturns, M::kOrders>, kReturnsPart,
            kOrdersPart),
      M::kRecognised);
  all->back().rate = true;
}

void AddMargins(std::vector<Definition>* all) {
  Definition margin = Ratio(
      {.id = "gross_margin",
       .name = "Gross margin",
       .unit = "1",
       .type = fields::ValueType::kNumber,
       .formula = "(revenue - cost) / revenue, over lines with a cost",
       .grain = fields::Grain::kLine,
       .notes = "Lines without a cost are left out on both sides (see cost_coverage); null where "
                "none has one or their revenue is not positive."},
      {M::kCost, M::kRevenueWithCost, M::kLinesWithCost, M::kOrderLines}, &GrossMargin,
      {M::kRevenueWithCost, fields::ValueType::kMoney, "revenue less cost of lines with a cost",
       M::kCost},
      {M::kRevenueWithCost, fields::ValueType::kMoney, "revenue of lines with a cost"});
  margin.rate = true;
  all->push_back(std::move(margin));
  Definition coverage =
      Ratio({.id = "cost_coverage",
             .name = "Cost coverage",
             .unit = "1",
             .type = fields::ValueType::kNumber,
             .formula = "order lines with a cost / order lines",
             .grain = fields::Grain::kLine},
            {M::kLinesWithCost, M::kOrderLines}, &kpi::Ratio<M::kLinesWithCost, M::kOrderLines>,
            {M::kLinesWithCost, fields::ValueType::kInteger, "order lines with a cost"},
            {M::kOrderLines, fields::ValueType::kInteger, "order lines"});
  coverage.rate = true;
  all->push_back(std::move(coverage));
}

void AddOrderValues(std::vector<Definition>* all) {
  all->push_back(OfPurchases(
      Ratio({.id = "average_order_value",
             .name = "Average order value",
             .unit = "currency",
             .type = fields::ValueType::kMoney,
             .formula = "gross_revenue / orders",
             .version = "2",
             .notes = "The deal size of B2B. Rounded half away from zero to a "
                      "billionth."},
            {M::kRevenue, M::kRefunds, M::kOrders}, &AverageOrderValue, kGrossPart, kOrdersPart)));
  all->back().records = M::kOrders;
  all->push_back(Ratio({.id = "average_line_value",
                        .name = "Average line value",
                        .unit = "currency",
                        .type = fields::ValueType::kMoney,
                        .formula = "revenue / order_lines",
                        .grain = fields::Grain::kLine},
                       {M::kRevenue, M::kOrderLines}, &MoneyRatio<M::kRevenue, M::kOrderLines>,
                       kRevenuePart, {M::kOrderLines, fields::ValueType::kInteger, "order lines"}));
  const auto quantile = [&](Kpi kpi, Measure measure, Figure figure) {
    kpi.unit = "currency";
    kpi.type = fields::ValueType::kMoney;
    kpi.version = "2";
    kpi.notes =
        "Exact: type 7 of Hyndman and Fan. By a field of lines, an order's value is that "
        "of its matching lines.";
    Definition definition =
        OfPurchases(Sum(std::move(kpi), {measure, M::kOrders}, figure, kGrossPart));
    definition.kpi.additive = false;
    definition.records = M::kOrders;
    all->push_back(std::move(definition));
  };
  quantile({.id = "median_order_value",
            .name = "Median order value",
            .formula = "median of the values of purchases"},
           M::kMedianOrderValue, &OrderValueQuantile<M::kMedianOrderValue>);
  quantile({.id = "p90_order_value",
            .name = "90th percentile of order value",
            .formula = "90th percentile of the values of purchases"},
           M::kP90OrderValue, &OrderValueQuantile<M::kP90OrderValue>);
}

void AddComparisons(std::vector<Definition>* all) {
  const auto growth = [&](Kpi kpi, Measure measure, Figure figure, const Part& part) {
    kpi.unit = "1";
    kpi.type = fields::ValueType::kNumber;
    kpi.notes =
        "With a period in group_by: against the preceding period with the same other keys. "
        "Else against the previous period: as many calendar months where the range is whole "
        "months, else as many days just before. Of a period that is not complete, or that the "
        "range cuts, against as many days of the preceding one. Null where the previous is not "
        "positive, or lies before the first record.";
    Definition definition = Ratio(std::move(kpi), {measure}, figure, part, part);
    definition.numerator->meaning += " of the period";
    definition.denominator->meaning += " of the period before";
    definition.comparison = Comparison::kPrevious;
    definition.rate = true;
    all->push_back(std::move(definition));
  };
  growth({.id = "revenue_growth",
          .name = "Revenue growth",
          .formula = "revenue / revenue of the previous period - 1"},
         M::kRevenue, &Growth<M::kRevenue>, kRevenuePart);
  growth({.id = "orders_growth",
          .name = "Orders growth",
          .formula = "orders / orders of the previous period - 1"},
         M::kOrders, &Growth<M::kOrders>, kOrdersPart);
  all->back() = OfPurchases(std::move(all->back()));
  all->back().kpi.version = "2";
  const auto share = [&](Kpi kpi, MeasureSet needs, Figure figure, Part part, Part whole) {
    kpi.unit = "1";
    kpi.type = fields::ValueType::kNumber;
    Definition definition = Ratio(std::move(kpi), needs, figure, std::move(part), std::move(whole));
    definition.rate = true;
    all->push_back(std::move(definition));
  };
  share({.id = "share_of_revenue",
         .name = "Share of revenue",
         .formula = "revenue / revenue of the same request without group_by",
         .notes = "share_within names the group_by fields that stay in the denominator. Null where "
                  "the denominator is not positive."},
        {M::kRevenue}, &Share<M::kRevenue>, kRevenuePart,
        {M::kRevenue, fields::ValueType::kMoney, "revenue of all groups"});
  all->back().comparison = Comparison::kWhole;
  share({.id = "strategic_revenue_share",
         .name = "Strategic share of revenue",
         .formula = "revenue of customers of tier strategic / revenue",
         .notes = "The tier is taken as of as_of (hindsight) unless classes_at says otherwise."},
        {M::kStrategicRevenue, M::kRevenue, M::kRecognised}, &StrategicShare,
        {M::kStrategicRevenue, fields::ValueType::kMoney, "revenue of customers of tier strategic"},
        kRevenuePart);
}

void AddAllStatuses(std::vector<Definition>* all) {
  all->push_back(Sum({.id = "orders_all",
                      .name = "Orders of any status",
                      .unit = "orders",
                      .type = fields::ValueType::kInteger,
                      .formula = "number of orders, excluded statuses and returns counted in",
                      .notes = "What the order status mix is of; orders counts purchases only."},
                     {M::kOrdersAll}, &Count<M::kOrdersAll>, kAllOrdersPart));
  all->push_back(Sum({.id = "revenue_all",
                      .name = "Revenue of any status",
                      .unit = "currency",
                      .type = fields::ValueType::kMoney,
                      .formula = "sum of the line amounts of orders, excluded statuses counted in"},
                     {M::kRevenueAll}, &Money<M::kRevenueAll>,
                     {M::kRevenueAll, fields::ValueType::kMoney, "revenue of any status"}));
  all->push_back(
      Ratio({.id = "status_share",
             .name = "Share of orders of any status",
             .unit = "1",
             .type = fields::ValueType::kNumber,
             .formula = "orders_all / orders_all of the same request without group_by",
             .notes = "By status: the order status mix. share_within names the group_by "
                      "fields that stay in the denominator."},
            {M::kOrdersAll}, &Share<M::kOrdersAll>, kAllOrdersPart,
            {M::kOrdersAll, fields::ValueType::kInteger, "orders of any status, all groups"}));
  all->back().comparison = Comparison::kWhole;
  all->back().rate = true;
  for (auto definition = all->end() - 3; definition != all->end(); ++definition) {
    definition->records = M::kOrdersAll;
  }
}

}  // namespace

std::vector<Definition> SalesDefinitions() {
  std::vector<Definition> all;
  AddSums(&all);
  AddReturns(&all);
  AddMargins(&all);
  AddOrderValues(&all);
  AddComparisons(&all);
  AddAllStatuses(&all);
  return all;
}

}  // namespace strata::analytics::kpi
