#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/figures.h"

// Whether promises of delivery were kept.

namespace strata::analytics::kpi {

std::vector<Definition> DeliveryDefinitions() {
  using M = Measure;
  Definition on_time{
      .kpi = {.id = "on_time_delivery_rate",
              .name = "On-time delivery rate",
              .unit = "1",
              .type = fields::ValueType::kNumber,
              .formula = "orders delivered at or before the promised time / orders delivered or "
                         "overdue",
              .version = "2",
              .family = "delivery",
              .notes = "Orders with a promised time, by the day of the order; exact "
                       "times. Open and past due by the end of as_of counts as late; open and not "
                       "yet due is left out, and so is what was delivered on a day before its "
                       "order's."},
      .facts = Facts::kOrders,
      .needs = {M::kOnTimeOrders, M::kDueOrders, M::kMisdated, M::kOrders},
      .figure = &Ratio<M::kOnTimeOrders, M::kDueOrders>,
      .rate = true,
      .records = M::kDueOrders,
  };
  on_time.numerator =
      Part{M::kOnTimeOrders, fields::ValueType::kInteger, "orders delivered on time"};
  on_time.denominator =
      Part{M::kDueOrders, fields::ValueType::kInteger, "orders delivered or overdue"};
  std::vector<Definition> all;
  all.push_back(OfPurchases(std::move(on_time)));
  return all;
}

}  // namespace strata::analytics::kpi
