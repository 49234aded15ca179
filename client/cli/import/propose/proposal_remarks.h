#ifndef STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_REMARKS_H_
#define STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_REMARKS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/import/csv/import_staging.h"
#include "client/cli/import/propose/proposal_source.h"
#include "client/cli/import/propose/proposal_values.h"

namespace strata::imports {

// What a proposal of orders leaves for the user to decide: each appends a note if there is cause.
// `rows` is " FROM ... WHERE ..." of the rows that are taken; " AND ..." may follow.

// Orders in `orders`, a table that was joined to that of the lines, of which no line is there: they
// are in no row. `id` is the column of the lines that names the order.
absl::Status TellOrdersWithoutLines(StagingDatabase& staging, const Source& source,
                                    const SourceColumn& id, const std::string& orders,
                                    std::vector<std::string>* notes);

// Statuses that by their word are no sale, in other languages or of payments, and count as revenue
// by the defaults of a workspace.
absl::Status TellStatuses(StagingDatabase& staging, const SourceColumn& status,
                          const ValueReader& values, const std::string& rows,
                          std::vector<std::string>* notes);

// Columns of money given back, and with `discounts` of discounts, that nothing was made of.
absl::Status TellReductions(StagingDatabase& staging, const Source& source,
                            const ValueReader& values, const std::string& rows, bool discounts,
                            std::vector<std::string>* notes);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_REMARKS_H_
