#ifndef STRATA_SERVER_ANALYTICS_KPI_TABLE_BUILDER_H_
#define STRATA_SERVER_ANALYTICS_KPI_TABLE_BUILDER_H_

#include <map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/analytics/kpi/evaluator.h"
#include "server/analytics/kpi/plan.h"
#include "server/analytics/kpi/row_set.h"

namespace strata::analytics::kpi {

// From measures to the rows of an answer: scans each range at the grain of each kind of facts,
// joins the results on the group key, and computes the figures.
class TableBuilder {
 public:
  // All outlive it. `plan` may be narrower than `query` (totals); of the query only the scope and
  // the options are read.
  TableBuilder(const KpiQuery& query, const Plan& plan, Evaluator* evaluator);

  // Once.
  absl::StatusOr<KpiTable> Build();

  // What became of the facts of the scope's own range, after Build.
  const std::map<Facts, ScanCounts>& counts() const { return counts_; }
  // A measure of the scope's own range added up over the rows; of use for additive ones.
  MicrosSum Sum(Measure measure) const;
  // The measures of a row of the scope's own range, in the order in which rows were met, and what
  // they are held against.
  CellView MeasuresOf(uint32_t row) const { return CellView(tables_[0], row); }
  CellView PreviousOf(uint32_t row) const { return CellView(previous_[0], row); }
  CellView WholeOf(uint32_t row) const { return CellView(whole_[0], row); }

 private:
  absl::Status EvaluateRange(size_t range);
  // By the fields of customers; see BroadcastCustomers.
  KeyCodes CustomerKey(const KeyCodes& key) const;
  // Customers are counted by their own fields; every row of these fields gets the count.
  void BroadcastCustomers(size_t range);
  absl::Status FillEmpty();

  // The same groups in the period before: of the row's own period, or of the range.
  absl::Status EvaluatePrevious(size_t range);
  absl::Status EvaluatePrecedingPeriods(size_t range);
  // The denominators of shares.
  absl::Status EvaluateWhole(size_t range);

  absl::StatusOr<Cell> CellOf(uint32_t row, size_t range, const Definition& definition) const;
  absl::Status MakeRows(KpiTable* table) const;
  std::vector<KpiTable::Column> Keys() const;
  std::vector<KpiTable::Column> Columns() const;
  bool IsComplete(uint32_t row) const;
  // The row's period by the finest time field, counted in its unit.
  int32_t PeriodOfRow(uint32_t row) const;
  bool HasHistory(uint32_t row, size_t range) const;

  const KpiQuery& query_;
  const Plan& plan_;
  Evaluator* const evaluator_;
  const image::Revision& revision_;
  RowSet rows_;
  std::vector<MeasureTable> tables_, previous_, whole_;  // by range, a row a row of rows_
  std::vector<absl::flat_hash_map<KeyCodes, MicrosSum>> customers_;  // by range
  // By code of the finest time field.
  std::vector<int32_t> period_of_code_;
  std::map<Facts, ScanCounts> counts_;
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_TABLE_BUILDER_H_
