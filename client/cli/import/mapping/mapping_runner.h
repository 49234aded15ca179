#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_RUNNER_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_RUNNER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cli/import/csv/import_staging.h"
#include "client/cli/import/mapping/bad_rows.h"
#include "client/cli/import/mapping/mapping_functions.h"
#include "client/cli/import/mapping/mapping_script.h"
#include "client/cli/import/mapping/row_gatherer.h"
#include "client/cli/import/mapping/row_identity.h"
#include "client/cli/import/mapping/run_tally.h"

namespace strata::imports {

// Runs the statements of a mapping over the staged files and turns the rows of its SELECTs into
// records.
//
// The rows of an order follow each other and come sorted by id (as text or as whole numbers, up or
// down); rows without an id become records of their own, named by their content (RowIdentity). Two
// rows of one id that disagree refuse the record; of a customer the last one counts, and that is
// noted. Text that is no number never becomes one by its prefix (RewriteStatement). Whatever is
// wrong with the SQL itself is INVALID_ARGUMENT with the mapping's line.
//
// Rows that are bad, as CSV or by a value that their record cannot take, are invisible to every
// statement, and a record that is made of any of them is refused as a whole. What SQL does with a
// row cannot be read off the SQL, so it is tried: the mapping runs without the bad rows, and again
// with them, as they were read and with texts in each of their columns that nothing else holds. A
// record that comes out otherwise then is made of a bad row. When such a run fails, nothing can be
// known, and the import is refused (FAILED_PRECONDITION). A file without bad rows is run once.
class MappingRunner {
 public:
  // `name` is the mapping's, for messages; `zone` is where times without an offset are local.
  MappingRunner(std::string name, StagingDatabase& staging, absl::TimeZone zone,
                KnownRows known = KnownRows::kRefuse)
      : name_(std::move(name)), staging_(staging), zone_(zone), identity_(staging, known) {}

  // Calls `on_rows` now and then with the number of rows so far.
  absl::Status Run(const std::vector<MappingStatement>& script, MappingSink& sink,
                   const std::function<void(int64_t)>& on_rows);

 private:
  // What one run puts into the tables beside the good rows, and where its rows go.
  struct Trial {
    std::function<absl::Status()> show;
    RunTally* tally = nullptr;
    MappingSink* sink = nullptr;
    RunFindings* findings = nullptr;
  };

  absl::Status RunOnce(const std::vector<MappingStatement>& statements, BadRows& bad,
                       const Trial& trial);
  absl::Status RunStatement(const MappingStatement& statement, uint32_t number, const Trial& trial);
  absl::Status Error(const MappingStatement& statement, absl::string_view message) const;

  // Runs without bad rows until no further ones are found.
  absl::Status RunWithoutBadRows(const std::vector<MappingStatement>& statements, BadRows& bad,
                                 RunTally* good, RunFindings* findings, MappingSink& sink);
  // Finds and refuses what is made of bad rows, and reports these.
  absl::Status RefuseMadeOfBadRows(const std::vector<MappingStatement>& statements, BadRows& bad,
                                   const RunTally& good, RunFindings* findings, MappingSink& sink);
  // The bad rows among `candidates` that the mapping leaves out, whatever stood in their missing
  // fields.
  absl::StatusOr<std::vector<int>> LeftOut(const std::vector<MappingStatement>& statements,
                                           BadRows& bad, const RunTally& good,
                                           const std::vector<int>& candidates);
  // INVALID_ARGUMENT for a value that no function could read and that no record shows.
  absl::Status CheckHiddenFaults() const;
  std::vector<Reject> RejectsOf(const BadRow& row, absl::string_view record,
                                absl::string_view id) const;
  absl::Status CannotKnow(const BadRows& bad, const absl::Status& status) const;

  const std::string name_;
  StagingDatabase& staging_;
  const absl::TimeZone zone_;
  RowIdentity identity_;
  MappingContext context_;
  ReadColumns read_columns_;
  int64_t rows_ = 0;
  std::function<void(int64_t)> on_rows_;
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_RUNNER_H_
