#include "server/analytics/facts/contract_terms.h"

namespace strata::analytics::facts {

ContractTerms TermsOf(const image::Revision& revision, const image::ContractColumns& contracts,
                      size_t row) {
  return {contracts.start_date[row], contracts.end_date[row], contracts.annual_value[row],
          revision.excluded_contract_status[contracts.status[row]] != 0};
}

std::vector<ContractTerms> TermsOf(const image::Revision& revision,
                                   const image::ContractColumns& contracts) {
  std::vector<ContractTerms> terms;
  terms.reserve(contracts.key.size());
  for (size_t row = 0; row < contracts.key.size(); ++row) {
    terms.push_back(TermsOf(revision, contracts, row));
  }
  return terms;
}

bool ContractRule::InForce(absl::Span<const ContractTerms> contracts, size_t i, Day day) const {
  const ContractTerms& contract = contracts[i];
  if (contract.Covers(day)) return true;
  if (contract.excluded || day < contract.start_date) return false;
  if (day - contract.end_date > grace_days_) return false;
  // Between the end and what may be its renewal: the first one to start after the end.
  for (size_t next = i + 1; next < contracts.size(); ++next) {
    const ContractTerms& renewal = contracts[next];
    if (renewal.excluded || renewal.start_date <= contract.end_date) continue;
    return renewal.start_date <= as_of_ && day < renewal.start_date &&
           renewal.start_date - contract.end_date - 1 <= grace_days_;
  }
  return false;
}

}  // namespace strata::analytics::facts
