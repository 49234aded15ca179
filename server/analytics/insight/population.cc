#include "server/analytics/insight/population.h"

#include <algorithm>
#include <atomic>

#include "absl/strings/str_cat.h"
#include "server/analytics/insight/customer_events.h"
#include "server/analytics/segment/filter.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::analytics {

std::vector<image::Slot> Population::Slots() const {
  std::vector<image::Slot> slots;
  for (image::Slot slot = 0; slot < include.size(); ++slot) {
    if (include[slot]) slots.push_back(slot);
  }
  return slots;
}

absl::StatusOr<Population> SelectCustomers(const Scope& scope, std::vector<std::string> ids) {
  const image::Revision& revision = *scope.revision;
  const FieldCatalogue catalogue(revision);
  const absl::StatusOr<Filter> filter = Filter::Parse(scope.filter, catalogue);
  if (!filter.ok()) return WithField(filter.status(), "scope.filter", filter.status().message());
  for (const std::string& id : CustomerFieldsOf(*filter)) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  STRATA_ASSIGN_OR_RETURN(Features features,
                          Features::Compute(revision, scope.as_of, ids, scope.stop));
  const absl::StatusOr<BoundFilter> bound = BoundFilter::BindCustomers(*filter, revision, features);
  if (!bound.ok()) return WithField(bound.status(), "scope.filter", bound.status().message());

  Population population{std::move(features), bound->customers(), {}};
  population.info.as_of = scope.as_of;
  population.info.range = scope.range;
  population.info.filter = filter->Canonical();
  population.info.customers_used =
      std::count(population.include.begin(), population.include.end(), uint8_t{1});
  for (const std::string& id : ids) {
    const absl::StatusOr<const Field*> field = catalogue.Find(id);
    if (field.ok() && (*field)->current_value) {
      population.info.current_values.push_back(absl::StrCat("customer.", id));
    }
  }
  return population;
}

absl::StatusOr<CustomerRevenue> SumRevenue(const Scope& scope) {
  CustomerRevenue sums;
  sums.revenue.resize(scope.revision->slots);
  sums.orders.resize(scope.revision->slots);
  std::atomic<bool> overflow{false};
  STRATA_RETURN_IF_ERROR(
      ForEachCustomer(*scope.revision, scope.stop, [&](size_t, const CustomerEvents& events) {
        MicrosSum revenue = 0;
        for (const OrderEvent& order : events.orders) {
          if (order.day > scope.as_of || !order.recognised || !scope.range.Contains(order.day)) {
            continue;
          }
          revenue += order.amount;
          ++sums.orders[events.slot];
        }
        sums.revenue[events.slot] = static_cast<Micros>(revenue);
        if (sums.revenue[events.slot] != revenue) overflow = true;
      }));
  if (overflow) return absl::OutOfRangeError("the revenue of a customer exceeds 9.2e12 units");
  return sums;
}

}  // namespace strata::analytics
