#ifndef STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_VALUES_H_
#define STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_VALUES_H_

#include <string>
#include <vector>

#include "client/cli/import/propose/import_proposal.h"
#include "client/cli/import/propose/proposal_source.h"

namespace strata::imports {

// Turns columns into SQL that reads their values, by what all values of a file allow: one order of
// day and month, one decimal mark.
class ValueReader {
 public:
  ValueReader(const std::vector<const ColumnProfile*>& columns, const ProposalOptions& options);

  // The column without what stands for nothing: nullif("x", 'NULL').
  std::string Text(const SourceColumn& column) const;
  // Whole numbers that were saved as 17850.0 as "17850".
  std::string Id(const SourceColumn& column);
  // Plain decimals, of at most six places if `rounded`.
  std::string Number(const SourceColumn& column, bool rounded);
  // ISO dates and times; `time_of_day`, if there is one, is a column with the time for a column of
  // days.
  std::string Time(const SourceColumn& column, const SourceColumn* time_of_day);

  // What was decided where one could decide otherwise.
  const std::vector<std::string>& notes() const { return notes_; }
  // Of all columns read as numbers; empty: none, "?": several.
  const std::string& currency() const { return currency_; }

 private:
  void Note(std::string note);
  char MarkOf(const ColumnProfile& column);
  bool DayFirst(const ColumnProfile& column, const std::string& shape, const ShapeCount& count);

  const ProposalOptions& options_;
  int commas_ = 0, points_ = 0;            // columns whose decimal mark is certain
  int days_first_ = 0, months_first_ = 0;  // columns whose order is certain
  std::vector<std::string> notes_;
  std::string currency_;
};

// `text` as a string of SQL.
std::string SqlText(absl::string_view text);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_PROPOSE_PROPOSAL_VALUES_H_
