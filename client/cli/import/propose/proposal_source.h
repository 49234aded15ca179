#ifndef STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_SOURCE_H_
#define STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_SOURCE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/cli/import/propose/column_profile.h"
#include "client/cli/import/propose/import_proposal.h"

namespace strata::imports {

// A column of a FROM clause.
struct SourceColumn {
  const ColumnProfile* profile = nullptr;
  std::string sql;  // "Order ID", or o."Order ID" when several tables are joined
  bool used = false;
};

// A FROM clause: one table, or a table with others joined to it.
struct Source {
  std::string from;
  std::string file, line;  // _file and _line of the first table, as SQL
  std::vector<SourceColumn> columns;
};

// The columns of a source by what they are.
class RoleMap {
 public:
  // Gives each of `roles` the column whose name fits best and whose values can be such a thing; a
  // column has one role. Columns that the user chose come first.
  RoleMap(Source& source, absl::Span<const Role> roles, const ProposalOptions& options);

  // Null when there is none.
  SourceColumn* Find(Role role) const;
  bool Has(Role role) const { return roles_.count(role) > 0; }
  void Set(Role role, SourceColumn* column) { roles_[role] = column; }
  void Drop(Role role) { roles_.erase(role); }

 private:
  std::map<Role, SourceColumn*> roles_;
};

// Whether the values of a column can be what the role says.
bool Fits(const ColumnProfile& column, Role role);

// Joins to `first` every table that has a row at most for each of its ids, by columns of one name.
// `joined` gets the names of the tables that are in it.
absl::StatusOr<Source> JoinTables(StagingDatabase& staging,
                                  const std::map<std::string, std::vector<ColumnProfile>>& profiles,
                                  const std::string& first, std::vector<std::string>* joined);

// The first column of the first row of a query in the SQL of mappings; INTERNAL when it fails.
absl::StatusOr<int64_t> QueryCount(StagingDatabase& staging, const std::string& query);
absl::StatusOr<std::string> QueryText(StagingDatabase& staging, const std::string& query);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_SOURCE_H_
