#ifndef STRATA_SERVER_ANALYTICS_FACTS_CONTRACT_TERMS_H_
#define STRATA_SERVER_ANALYTICS_FACTS_CONTRACT_TERMS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/domain/day.h"
#include "server/domain/money.h"
#include "server/image/revision.h"

namespace strata::analytics::facts {

// What a contract says of when it is in force.
struct ContractTerms {
  Day start_date = kNoDay, end_date = kNoDay;  // both days in force; end kNoDay: open-ended
  Micros annual_value = 0;
  bool excluded = false;  // by its status of today: it never was in force

  // Whether it is in force on a day by its own dates and status. Whether one that has ended goes on
  // until its renewal, ContractRule knows.
  bool Covers(Day day) const {
    return !excluded && start_date <= day && (end_date == kNoDay || end_date >= day);
  }
};

// The terms of a block's contracts, row by row; those of a customer ascend by start.
std::vector<ContractTerms> TermsOf(const image::Revision& revision,
                                   const image::ContractColumns& contracts);

// The part of a block's `terms` that is a customer's; `customer` counts from the block's first.
inline absl::Span<const ContractTerms> OfCustomer(const image::ContractColumns& contracts,
                                                  absl::Span<const ContractTerms> terms,
                                                  uint32_t customer) {
  return terms.subspan(contracts.begin[customer],
                       contracts.begin[customer + 1] - contracts.begin[customer]);
}

// The terms of one row.
ContractTerms TermsOf(const image::Revision& revision, const image::ContractColumns& contracts,
                      size_t row);

// The one rule of which contracts are in force, of everything that asks: KPIs, health, fields of
// customers, renewals, interventions. A contract is in force from its start date to its end date,
// both included; without an end, for ever. Where the customer's next contract starts when no more
// than the workspace's contract_grace_days lie between, it goes on until then: a renewal that was
// signed late is neither churn nor reactivation. A contract with an excluded status never is in
// force, and renews nothing.
class ContractRule {
 public:
  // As known at the end of `as_of`: what starts later has not renewed anything yet.
  ContractRule(const WorkspaceSettings& settings, Day as_of)
      : grace_days_(settings.contract_grace_days), as_of_(as_of) {}

  // Whether contracts[i] is in force on a day at or before as_of. `contracts` are all of one
  // customer, ascending by start.
  bool InForce(absl::Span<const ContractTerms> contracts, size_t i, Day day) const;

 private:
  const int grace_days_;
  const Day as_of_;
};

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_CONTRACT_TERMS_H_
