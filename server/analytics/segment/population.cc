#include "server/analytics/segment/population.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/analytics/facts/block_scan.h"
#include "server/analytics/facts/customer_order_sums.h"
#include "server/analytics/filter/filter.h"
#include "server/base/error.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::segment {

std::vector<image::Slot> Population::Slots() const {
  std::vector<image::Slot> slots;
  for (image::Slot slot = 0; slot < include.size(); ++slot) {
    if (include[slot]) slots.push_back(slot);
  }
  return slots;
}

void AddCurrentValues(const fields::FieldCatalogue& catalogue, const std::vector<std::string>& ids,
                      fields::ResultInfo* info) {
  std::vector<std::string>& names = info->current_values;
  for (const std::string& id : ids) {
    const absl::StatusOr<const fields::Field*> field = catalogue.Find(id);
    if (field.ok() && (*field)->current_value) names.push_back(absl::StrCat("customer.", id));
    // The tier rule looks at the declared flag, of which only the latest is kept.
    if (id == "tier") names.emplace_back("customer.strategic");
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

absl::StatusOr<Population> SelectCustomers(const fields::Scope& scope,
                                           std::vector<std::string> ids) {
  const image::Revision& revision = *scope.revision;
  const fields::FieldCatalogue catalogue(revision);
  const absl::StatusOr<filter::Filter> filter = filter::Filter::Parse(scope.filter, catalogue);
  if (!filter.ok()) return WithField(filter.status(), "scope.filter", filter.status().message());
  for (const std::string& id : filter::CustomerFieldsOf(*filter)) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  STRATA_ASSIGN_OR_RETURN(fields::Features features,
                          fields::Features::Compute(revision, scope.as_of, ids, scope.stop));
  const absl::StatusOr<filter::BoundFilter> bound =
      filter::BoundFilter::BindCustomers(*filter, revision, features);
  if (!bound.ok()) return WithField(bound.status(), "scope.filter", bound.status().message());

  Population population{std::move(features), bound->customers(), fields::InfoAsOf(scope)};
  population.info.range = scope.range;
  population.info.filter = filter->Canonical();
  population.info.customers_used =
      std::count(population.include.begin(), population.include.end(), uint8_t{1});
  AddCurrentValues(catalogue, ids, &population.info);
  population.info.notes = filter::UnmatchedTexts(*filter, revision, population.features);
  return population;
}

absl::StatusOr<CustomerRevenue> SumRevenue(const fields::Scope& scope) {
  const image::Revision& revision = *scope.revision;
  CustomerRevenue sums;
  sums.revenue.held.resize(revision.slots);
  sums.orders.resize(revision.slots);
  sums.refunds.resize(revision.slots);
  const Day to = std::min(scope.range.to, scope.as_of);
  if (to < scope.range.from) return sums;
  // Without a beginning the scan need not look at every day.
  const bool all_before = scope.range.from <= revision.first_event_day;
  facts::CustomerOrderSums scan(revision);
  const size_t window =
      scan.AddWindow(all_before ? kNoDay : scope.range.from - 1, to, /*lines_and_units=*/false);
  scan.AddRefunds(window);
  scan.Prepare();
  std::vector<image::OrderRuns> runs(ScanWorkers());
  STRATA_RETURN_IF_ERROR(
      facts::ScanBlocks(revision, scope.stop, [&](size_t worker, const image::Block& block) {
        scan.Read(block, runs[worker].Of(block));
        return absl::OkStatus();
      }));
  std::swap(sums.revenue, scan.window(window).revenue);
  std::copy(scan.window(window).orders.begin(), scan.window(window).orders.end(),
            sums.orders.begin());
  sums.refunds.swap(scan.window(window).refunds);
  return sums;
}

}  // namespace strata::analytics::segment
