#include "server/analytics/insight/signals/renewals.h"

#include <algorithm>

#include "server/analytics/facts/block_scan.h"
#include "server/analytics/facts/contract_terms.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {

absl::StatusOr<std::vector<Renewal>> FindRenewals(const image::Revision& revision, Day as_of,
                                                  int days, const StopToken& stop) {
  const facts::ContractRule rule(*revision.settings, as_of);
  std::vector<std::vector<Renewal>> parts(ScanWorkers());
  STRATA_RETURN_IF_ERROR(
      facts::ScanBlocks(revision, stop, [&](size_t worker, const image::Block& block) {
        if (block.contracts == nullptr) return absl::OkStatus();
        const image::ContractColumns& facts = *block.contracts;
        const std::vector<facts::ContractTerms> terms = facts::TermsOf(revision, facts);
        for (uint32_t customer = 0; customer < block.customers; ++customer) {
          const uint32_t begin = facts.begin[customer];
          for (uint32_t i = begin; i < facts.begin[customer + 1]; ++i) {
            const Day end = facts.end_date[i];
            if (end == kNoDay || end - as_of > days) continue;
            if (!rule.InForce(facts::OfCustomer(facts, terms, customer), i - begin, as_of))
              continue;
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

}  // namespace strata::analytics::insight
