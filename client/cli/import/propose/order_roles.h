#ifndef STRATA_CLIENT_CLI_IMPORT_PROPOSE_ORDER_ROLES_H_
#define STRATA_CLIENT_CLI_IMPORT_PROPOSE_ORDER_ROLES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/cli/import/propose/proposal_source.h"
#include "client/cli/import/propose/proposal_values.h"

namespace strata::imports {

// Columns that orders, and the customers of a file of orders, are made of.
absl::Span<const Role> OrderRoles();

// The roles of the columns of a file of orders.
RoleMap RolesOfOrders(Source& source, const ProposalOptions& options);

// The SQL that says who a customer is: an id, an e-mail address or a name, whatever there is first.
// `columns` gets what it is made of. Empty: the source has none of them.
std::string CustomerKey(const RoleMap& roles, ValueReader& values,
                        std::vector<SourceColumn*>* columns);

// The column whose header is `key` (HeaderKey), or null.
SourceColumn* ColumnCalled(Source& source, absl::string_view key);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_PROPOSE_ORDER_ROLES_H_
