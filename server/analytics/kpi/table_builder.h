#ifndef STRATA_SERVER_ANALYTICS_KPI_TABLE_BUILDER_H_
#define STRATA_SERVER_ANALYTICS_KPI_TABLE_BUILDER_H_

#include <map>
#include <optional>
#include <string>
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
  // The facts of that range that were used, each once however many KPIs read it.
  int64_t RecordsUsed() const;
  // A measure of the scope's own range added up over the rows; of use for additive ones.
  MicrosSum Sum(Measure measure) const;
  // The measures of a row of the scope's own range, in the order in which rows were met, and what
  // they are held against.
  CellView MeasuresOf(uint32_t row) const { return CellView(tables_[0], row); }
  CellView PreviousOf(uint32_t row) const { return CellView(previous_[0], row); }
  CellView WholeOf(uint32_t row) const { return CellView(whole_[0], row); }
  // What growth of the scope's own range is against where that is not the whole period before.
  void AddGrowthNotes(std::vector<std::string>* notes) const;

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
  // Of the rows with `codes`, whose periods before lie in `window`.
  absl::Status EvaluatePrecedingWindow(size_t range, fields::DayRange window,
                                       const std::vector<bool>& codes);
  // The denominators of shares.
  absl::Status EvaluateWhole(size_t range);

  absl::StatusOr<fields::Cell> CellOf(uint32_t row, size_t range,
                                      const Definition& definition) const;
  absl::Status MakeRows(KpiTable* table) const;
  std::vector<KpiTable::Column> Keys() const;
  std::vector<KpiTable::Column> Columns() const;
  bool IsComplete(uint32_t row) const;
  // What a row holds of a range, by its period or, without periods, as a whole.
  struct RowDays {
    fields::DayRange own;     // empty (to < from): nothing of the range can stand in the row
    fields::DayRange before;  // the period before as far as it is compared with; likewise
    bool part = false;        // `before` is a part of that period
  };
  // The place of the row's days in row_days_: its code of the finest time field, or 0.
  uint32_t PeriodCode(uint32_t row) const;
  // The period of a code, counted in its unit; nullopt of days without a counterpart.
  std::optional<int32_t> PeriodOfCode(uint32_t code) const { return period_of_code_[code]; }
  void FindRowDays();
  RowDays DaysOfPeriod(size_t range, std::optional<int32_t> period) const;
  // Why there is no figure of these facts in the row of a range, whatever its measures.
  std::optional<fields::NullReason> WithoutFigure(uint32_t row, size_t range, Facts facts) const;
  bool HasHistory(uint32_t row, size_t range, Facts facts) const;

  const KpiQuery& query_;
  const Plan& plan_;
  Evaluator* const evaluator_;
  const image::Revision& revision_;
  RowSet rows_;
  std::vector<MeasureTable> tables_, previous_, whole_;  // by range, a row a row of rows_
  std::vector<absl::flat_hash_map<KeyCodes, MicrosSum>> customers_;  // by range
  // By code of the finest time field; without one a single entry.
  std::vector<std::optional<int32_t>> period_of_code_;
  std::vector<std::vector<RowDays>> row_days_;  // by range, by that code
  std::map<Facts, ScanCounts> counts_;
  UsedRows used_;
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_TABLE_BUILDER_H_
