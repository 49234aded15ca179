#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_ROW_GATHERER_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_ROW_GATHERER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/cli/import/csv/import_reject.h"
#include "client/cli/import/csv/import_staging.h"
#include "client/cli/import/mapping/bad_rows.h"
#include "client/cli/import/mapping/mapping_fault.h"
#include "client/cli/import/mapping/mapping_fields.h"
#include "client/cli/import/mapping/record_ledger.h"
#include "client/cli/import/mapping/row_identity.h"
#include "client/cli/import/mapping/run_tally.h"
#include "strata/v1/records.pb.h"

struct sqlite3_stmt;

namespace strata::imports {

// Takes records that are made.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // A good record with the place of each row that it was made of (an order's lines in order).
  virtual absl::Status Add(const v1::Record& record, absl::Span<const Origin> origins) = 0;
  // A bad record with everything that is wrong with it.
  virtual void Refuse(absl::Span<const Reject> rejects) = 0;
};

// Takes what a mapping makes, which may think better of it.
class MappingSink : public RecordSink {
 public:
  // Everything that was added is void: the mapping runs again from its start.
  virtual absl::Status Restart() = 0;
  // The record that was added as number `number` (from 0) is not to be taken after all.
  virtual void Withdraw(int64_t number) = 0;
  // A record that was added, by number.
  virtual absl::StatusOr<v1::Record> Recall(int64_t number) = 0;
  // Something to be told at the end that is no fault of a record.
  virtual void Note(std::string text) = 0;
};

std::pair<MappedRecord, std::string> KindAndId(const v1::Record& record);

// What a run of a mapping finds beside the records that it hands out.
struct RunFindings {
  RecordLedger ledger;
  int64_t added = 0;  // to the sink
  // Rows with a value that is refused: the next run hides them.
  std::vector<BadRow> bad_rows;
  // Values of records whose rows do not say where they come from.
  std::vector<BadRows::Witness> witnesses;
  // Records that are refused where no source row can be named for it, or that contradict others.
  std::vector<std::vector<Reject>> refused;
  absl::flat_hash_map<uint64_t, size_t> conflicts;  // of them, by key
  // Rows that repeat a record word for word.
  int64_t repeated = 0;
  std::string first_repeated;
  // Customers that come with other values again; the last row counts.
  absl::flat_hash_set<uint64_t> changed_customers;
  std::map<std::string, int64_t> changes_by_field;
  std::string first_change;
};

// Turns the rows of one SELECT into records, or, for a trial, only into a tally.
class RowGatherer {
 public:
  struct Parts {
    StagingDatabase& staging;
    RowIdentity& identity;
    std::string mapping_name;
    int mapping_line = 0;      // both stand for the place of rows that do not say theirs
    uint32_t statement = 0;    // its number in the mapping
    bool lines_place = false;  // _line is that of the table that holds an order's lines
    RunTally* tally = nullptr;
    FaultBook* faults = nullptr;
    // A trial has neither.
    MappingSink* sink = nullptr;
    RunFindings* findings = nullptr;
  };
  RowGatherer(FieldBinding binding, std::vector<std::string> columns, Parts parts)
      : binding_(std::move(binding)),
        columns_(std::move(columns)),
        parts_(std::move(parts)),
        row_(columns_.size()) {}

  // Takes the row that `select` stands on. INVALID_ARGUMENT when orders are not sorted.
  absl::Status TakeRow(sqlite3_stmt* select);
  // Hands out the record whose rows were taken.
  absl::Status FinishRecord();

 private:
  // Watches that ids come in some order, for an id that comes back later would replace its first
  // order.
  class SortWatch {
   public:
    bool Accepts(absl::string_view id);
    const std::string& last() const { return last_; }

   private:
    std::string last_;
    bool any_ = false;
    bool text_up_ = true, text_down_ = true, number_up_ = true, number_down_ = true;
  };

  bool is_order() const { return binding_.record() == MappedRecord::kOrder; }
  bool says_where() const { return binding_.file_column() >= 0 && binding_.line_column() >= 0; }

  void ReadValues(sqlite3_stmt* select);
  Origin ReadOrigin(sqlite3_stmt* select);
  absl::StatusOr<std::string> IdOf(absl::string_view own_id, Origin origin) const;
  absl::Status BeginRecord(std::string id, bool own_id);
  void ConvertRow(bool same_order, std::vector<FieldProblem>* problems);
  void TakeFaults(std::vector<FieldProblem>* problems);
  void CheckFanOut(Origin origin, std::vector<FieldProblem>* problems);
  void Refuse(Origin origin, std::vector<FieldProblem> problems);
  absl::Status Conflict(uint64_t key, RecordLedger::Entry* earlier);
  absl::Status AddRecord(uint64_t key);
  std::string Where(Origin origin) const;
  std::string ValueOf(absl::string_view column) const;

  const FieldBinding binding_;
  const std::vector<std::string> columns_;
  const Parts parts_;

  std::vector<MappedValue> row_;
  std::string file_name_;  // of the last row, with its index
  int32_t file_ = -1;
  SortWatch sorted_;

  // The record whose rows are being read.
  bool active_ = false;
  bool own_id_ = false;  // the mapping's, not made of the row
  std::string id_, version_;
  v1::Record record_;
  std::vector<Origin> origins_;
  std::vector<std::string> own_values_;
  absl::flat_hash_set<uint64_t> lines_;  // an order's, by place
  uint64_t content_ = 0;
  bool refused_ = false;
  std::vector<Reject> rejects_;  // of rows without a place
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_ROW_GATHERER_H_
