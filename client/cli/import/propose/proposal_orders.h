#ifndef STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_ORDERS_H_
#define STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_ORDERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/import/propose/import_proposal.h"
#include "client/cli/import/propose/proposal_source.h"
#include "client/cli/import/propose/proposal_values.h"

namespace strata::imports {

// The statement that makes orders, and what the customers' one needs to know of it.
struct OrderProposal {
  std::string sql;
  std::vector<std::string> notes;
  std::string currency;       // of a column that holds one; else empty
  std::string customer;       // SQL of the id
  std::string customer_name;  // the column's header
  std::string time;           // SQL of the order's time
  std::string condition;      // " WHERE ..." of the rows that are taken, or empty
};

// How certainly the rows of a source are orders or their lines; 0: they are not. A source where the
// lines lie itself counts more than one that is joined to them.
int OrderScore(Source& source, const ProposalOptions& options);

absl::StatusOr<OrderProposal> ProposeOrders(StagingDatabase& staging, Source& source,
                                            ValueReader& values, const ProposalOptions& options);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_ORDERS_H_
