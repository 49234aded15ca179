#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/figures.h"

// Contracts in force, and how recurring revenue moves from the day before a period to its last day.

namespace strata::analytics::kpi {
namespace {

using M = Measure;

MicrosSum NetChange(const CellView& cell) {
  return cell[M::kRecurringNew] + cell[M::kRecurringExpansion] + cell[M::kRecurringContraction] +
         cell[M::kRecurringChurn] + cell[M::kRecurringReactivation];
}

absl::StatusOr<fields::Cell> Net(const FigureInput& input) {
  return MoneyCell(NetChange(input.cell));
}

// What is left at the end of the start's value: start + expansion + contraction + churn.
absl::StatusOr<fields::Cell> NetRetention(const FigureInput& input) {
  if (input.cell[M::kContractCustomers] == 0) return NullCell(fields::NullReason::kNoRecords);
  return RatioCell(input.cell[M::kRecurringRetained], input.cell[M::kRecurringStart],
                   fields::NullReason::kZeroDenominator);
}

absl::StatusOr<fields::Cell> GrossRetention(const FigureInput& input) {
  if (input.cell[M::kContractCustomers] == 0) return NullCell(fields::NullReason::kNoRecords);
  return RatioCell(input.cell[M::kRecurringKept], input.cell[M::kRecurringStart],
                   fields::NullReason::kZeroDenominator);
}

absl::StatusOr<fields::Cell> LogoChurn(const FigureInput& input) {
  if (input.cell[M::kContractCustomers] == 0) return NullCell(fields::NullReason::kNoRecords);
  return RatioCell(input.cell[M::kContractCustomersLost], input.cell[M::kContractCustomersStart],
                   fields::NullReason::kZeroDenominator);
}

constexpr char kInForce[] =
    "A contract is in force from its start date to its end date, both included; without an end, "
    "for ever; and on to the customer's next contract where no more days than the workspace's "
    "contract_grace_days (30 by default) lie between. One with an excluded status (cancelled, void "
    "and the like) never is. Days after as_of are not looked at.";

Definition Contract(Kpi kpi, Facts facts, MeasureSet needs, Figure figure, Measure records) {
  kpi.grain = fields::Grain::kContract;
  kpi.family = "contracts";
  kpi.version = "2";
  return {
      .kpi = std::move(kpi), .facts = facts, .needs = needs, .figure = figure, .records = records};
}

template <Measure M1>
void AddMovement(absl::string_view name, absl::string_view title, absl::string_view formula,
                 std::vector<Definition>* all) {
  Kpi kpi{.id = "recurring_" + std::string(name),
          .name = std::string(title),
          .unit = "currency",
          .type = fields::ValueType::kMoney,
          .formula = std::string(formula)};
  kpi.additive = true;
  kpi.notes =
      "Annual value of each customer's contracts on the day before the period against its "
      "last day. Contraction and churn are negative; the five movements add up to the net "
      "change. ";
  kpi.notes += kInForce;
  Definition definition =
      Contract(std::move(kpi), Facts::kMovements, {M1}, &Money<M1>, M::kContractCustomers);
  definition.contribution = Part{M1, fields::ValueType::kMoney, std::string(name)};
  all->push_back(std::move(definition));
}

void AddMovements(std::vector<Definition>* all) {
  AddMovement<M::kRecurringNew>("new", "New recurring revenue",
                                "value of customers with a contract at the end that never had one",
                                all);
  AddMovement<M::kRecurringExpansion>("expansion", "Expansion of recurring revenue",
                                      "rise of customers with a contract at both ends", all);
  AddMovement<M::kRecurringContraction>("contraction", "Contraction of recurring revenue",
                                        "fall of customers with a contract at both ends", all);
  AddMovement<M::kRecurringChurn>("churn", "Churned recurring revenue",
                                  "value of customers with a contract at the start and none at "
                                  "the end, as a negative amount",
                                  all);
  AddMovement<M::kRecurringReactivation>("reactivation", "Reactivated recurring revenue",
                                         "value of customers with a contract at the end, none at "
                                         "the start, and one before that",
                                         all);
  Definition net = Contract({.id = "recurring_net_change",
                             .name = "Net change of recurring revenue",
                             .unit = "currency",
                             .type = fields::ValueType::kMoney,
                             .formula = "new + expansion + contraction + churn + reactivation",
                             .additive = true,
                             .notes = kInForce},
                            Facts::kMovements,
                            {M::kRecurringNew, M::kRecurringExpansion, M::kRecurringContraction,
                             M::kRecurringChurn, M::kRecurringReactivation},
                            &Net, M::kContractCustomers);
  net.contribution = Part{M::kRecurringEnd, fields::ValueType::kMoney,
                          "annual value at the end less that at the start", M::kRecurringStart};
  all->push_back(std::move(net));
}

void AddRetention(std::vector<Definition>* all) {
  const auto rate = [&](Kpi kpi, MeasureSet needs, Figure figure) {
    kpi.unit = "1";
    kpi.type = fields::ValueType::kNumber;
    kpi.notes = "Null where there is nothing at the start. ";
    kpi.notes += kInForce;
    all->push_back(
        Contract(std::move(kpi), Facts::kMovements, needs, figure, M::kContractCustomers));
    all->back().rate = true;
  };
  const Part start{M::kRecurringStart, fields::ValueType::kMoney, "annual value at the start"};
  rate({.id = "nrr",
        .name = "Net revenue retention",
        .formula = "(start + expansion + contraction + churn) / start, of the customers with a "
                   "contract at the start; reactivation kept apart"},
       {M::kRecurringStart, M::kRecurringRetained, M::kContractCustomers}, &NetRetention);
  all->back().numerator =
      Part{M::kRecurringRetained, fields::ValueType::kMoney,
           "annual value at the end, of customers with a contract at the start"};
  all->back().denominator = start;
  rate({.id = "grr",
        .name = "Gross revenue retention",
        .formula = "value at the end, capped for each customer at its value at the start / value "
                   "at the start"},
       {M::kRecurringStart, M::kRecurringKept, M::kContractCustomers}, &GrossRetention);
  all->back().numerator = Part{M::kRecurringKept, fields::ValueType::kMoney,
                               "annual value kept, capped at each customer's start value"};
  all->back().denominator = start;
  rate({.id = "logo_churn_rate",
        .name = "Logo churn rate",
        .formula = "customers with a contract at the start and none at the end / customers with a "
                   "contract at the start",
        .higher_is_better = false},
       {M::kContractCustomersStart, M::kContractCustomersLost, M::kContractCustomers}, &LogoChurn);
  all->back().numerator = Part{M::kContractCustomersLost, fields::ValueType::kInteger,
                               "customers without a contract at the end"};
  all->back().denominator = Part{M::kContractCustomersStart, fields::ValueType::kInteger,
                                 "customers with a contract at the start"};
}

}  // namespace

std::vector<Definition> ContractDefinitions() {
  std::vector<Definition> all;
  all.push_back(Contract({.id = "contract_value",
                          .name = "Contract value",
                          .unit = "currency",
                          .type = fields::ValueType::kMoney,
                          .formula = "annual value of the contracts in force on the last day of "
                                     "the period",
                          .additive = true,
                          .notes = kInForce},
                         Facts::kContracts, {M::kContractValue}, &Money<M::kContractValue>,
                         M::kContracts));
  all.back().kpi.notes += " Adds up over customers, not over time.";
  all.back().contribution = Part{M::kContractValue, fields::ValueType::kMoney, "annual value"};
  AddMovements(&all);
  AddRetention(&all);
  return all;
}

}  // namespace strata::analytics::kpi
