#ifndef STRATA_CLIENT_CLI_MAPPING_RUNNER_H_
#define STRATA_CLIENT_CLI_MAPPING_RUNNER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/cli/import_reject.h"
#include "client/cli/import_staging.h"
#include "client/cli/mapping_fields.h"
#include "client/cli/mapping_script.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {

// Takes what a mapping makes.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // A good record with the place of each row that it was made of (an order's lines in order).
  virtual absl::Status Add(const v1::Record& record, absl::Span<const Origin> origins) = 0;
  // A bad record with everything that is wrong with it.
  virtual void Refuse(absl::Span<const Reject> rejects) = 0;
};

// Runs the statements of a mapping over the staged files and turns the rows of its SELECTs into
// records.
//
// The rows of an order follow each other and come sorted by id (as text or as whole numbers, up or
// down); rows without an id become records of their own with the id FILE:LINE. A record with a bad
// value, or from a line that is bad as CSV, is refused as a whole. Whatever is wrong with the SQL
// itself is INVALID_ARGUMENT with the mapping's line.
class MappingRunner {
 public:
  // `name` is the mapping's, for messages; `zone` is where times without an offset are local.
  MappingRunner(std::string name, StagingDatabase& staging, absl::TimeZone zone)
      : name_(std::move(name)), staging_(staging), zone_(zone) {}

  // Calls `on_rows` now and then with the number of rows so far.
  absl::Status Run(const std::vector<MappingStatement>& statements, RecordSink& sink,
                   const std::function<void(int64_t)>& on_rows);

 private:
  absl::Status RunStatement(const MappingStatement& statement, RecordSink& sink,
                            const std::function<void(int64_t)>& on_rows);
  absl::Status Error(const MappingStatement& statement, absl::string_view message) const;

  const std::string name_;
  StagingDatabase& staging_;
  const absl::TimeZone zone_;
  int64_t rows_ = 0;
};

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_MAPPING_RUNNER_H_
