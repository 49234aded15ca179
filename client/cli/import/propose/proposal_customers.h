#ifndef STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_CUSTOMERS_H_
#define STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_CUSTOMERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/import/propose/import_proposal.h"
#include "client/cli/import/propose/proposal_orders.h"
#include "client/cli/import/propose/proposal_source.h"
#include "client/cli/import/propose/proposal_values.h"

namespace strata::imports {

// A statement that makes customers; no SQL when there is nothing to say of them.
struct CustomerProposal {
  std::string sql;
  std::vector<std::string> notes;
};

// The customers of a file of orders: what is the same in all rows of a customer, and what changes
// for few of them, from the latest order.
absl::StatusOr<CustomerProposal> ProposeCustomersOf(StagingDatabase& staging, Source& source,
                                                    const OrderProposal& orders,
                                                    ValueReader& values,
                                                    const ProposalOptions& options);

// A table of customers. `known_id` is the column that orders beside it name customers by, if any.
absl::StatusOr<CustomerProposal> ProposeCustomerTable(Source& source, const std::string& table,
                                                      const std::string& known_id,
                                                      ValueReader& values,
                                                      const ProposalOptions& options);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_CUSTOMERS_H_
