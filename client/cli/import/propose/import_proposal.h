#ifndef STRATA_CLIENT_CLI_IMPORT_PROPOSE_IMPORT_PROPOSAL_H_
#define STRATA_CLIENT_CLI_IMPORT_PROPOSE_IMPORT_PROPOSAL_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/import/csv/import_staging.h"
#include "client/cli/import/propose/column_roles.h"

namespace strata::imports {

struct ProposalOptions {
  // Whether 03/04/2024 is the third of April. Not set: what the values allow decides.
  std::optional<bool> day_first;
  // The sign before decimals, '.' or ','; 0: what the values allow decides.
  char decimal_mark = 0;
  // Columns that the user chose, by role; an empty name: none.
  std::map<Role, std::string> columns;
};

// A mapping that fits the files, with what was decided on the way.
struct Proposal {
  std::string mapping;             // SQL with comments, as --sql takes it
  std::vector<std::string> notes;  // sentences: what was chosen where one could choose otherwise
  std::string currency;            // of the amounts, where signs or a column say so; else empty
};

// Finds out what the staged tables hold, by the names of columns and by their values: orders with
// the customers in them, customers, tickets, contracts or surveys. Several tables are joined by
// columns of ids with one name. INVALID_ARGUMENT when what a record needs is not there; the message
// names the columns there are and how to point at one.
absl::StatusOr<Proposal> ProposeMapping(StagingDatabase& staging, const ProposalOptions& options);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_PROPOSE_IMPORT_PROPOSAL_H_
