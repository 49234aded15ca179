#include "server/analytics/insight/renewals.h"

#include <algorithm>

#include "server/analytics/fields/block_scan.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics {

absl::StatusOr<std::vector<Renewal>> FindRenewals(const image::Revision& revision, Day as_of,
                                                  int days, const StopToken& stop) {
  std::vector<std::vector<Renewal>> parts(ScanWorkers());
  STRATA_RETURN_IF_ERROR(ScanBlocks(revision, stop, [&](size_t worker, const image::Block& block) {
    if (block.contracts == nullptr) return absl::OkStatus();
    const image::ContractColumns& facts = *block.contracts;
    for (uint32_t customer = 0; customer < block.customers; ++customer) {
      for (uint32_t i = facts.begin[customer]; i < facts.begin[customer + 1]; ++i) {
        const Day end = facts.end_date[i];
        if (facts.start_date[i] > as_of || end == kNoDay || end < as_of || end - as_of > days) {
          continue;
        }
        Renewal& made = parts[worker].emplace_back();
        made.slot = block.first_slot + customer;
        made.end_date = end;
        made.annual_value = facts.annual_value[i];
        if (facts.auto_renew[i] >= 0) made.auto_renew = facts.auto_renew[i] == 1;
        made.owner = std::string(revision.dictionaries->contract_owner.Text(facts.owner[i]));
      }
    }
    return absl::OkStatus();
  }));
  std::vector<Renewal> renewals;
  for (std::vector<Renewal>& part : parts) {
    renewals.insert(renewals.end(), part.begin(), part.end());
  }
  std::stable_sort(renewals.begin(), renewals.end(),
                   [&revision](const Renewal& a, const Renewal& b) {
                     if (a.end_date != b.end_date) return a.end_date < b.end_date;
                     if (a.annual_value != b.annual_value) return a.annual_value > b.annual_value;
                     return revision.CustomerId(a.slot) < revision.CustomerId(b.slot);
                   });
  return renewals;
}

}  // namespace strata::analytics
