#include "client/cli/ask/segment/segment_transitions_view.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {
namespace {

const char* const kNew = "NEW";
const char* const kGone = "GONE";

// The figures of one step: customers by (from, to) and their sums.
class StepTotals {
 public:
  explicit StepTotals(const v1::TransitionStep& step) {
    for (const v1::TransitionCell& cell : step.cells()) {
      cells_[{cell.from(), cell.to()}] = &cell;
      from_[cell.from()] += cell.customers();
      to_[cell.to()] += cell.customers();
      all_ += cell.customers();
    }
  }
  // Null where nobody went that way.
  const v1::TransitionCell* Between(const std::string& from, const std::string& to) const {
    const auto found = cells_.find({from, to});
    return found == cells_.end() || found->second->customers() == 0 ? nullptr : found->second;
  }
  int64_t From(const std::string& name) const { return Of(from_, name); }
  int64_t To(const std::string& name) const { return Of(to_, name); }
  int64_t all() const { return all_; }

 private:
  static int64_t Of(const std::map<std::string, int64_t>& sums, const std::string& name) {
    const auto found = sums.find(name);
    return found == sums.end() ? 0 : found->second;
  }

  std::map<std::pair<std::string, std::string>, const v1::TransitionCell*> cells_;
  std::map<std::string, int64_t> from_, to_;
  int64_t all_ = 0;
};

// How large each class was at each date: what the steps say of where they came from and went to.
Section Sizes(const v1::ComputeTransitionsResponse& answer, const std::vector<StepTotals>& totals) {
  Table table{.columns = {TextColumn("class", answer.partition())}};
  table.columns.push_back(FigureColumn(answer.steps(0).from_date(), "", "count"));
  for (const v1::TransitionStep& step : answer.steps()) {
    table.columns.push_back(FigureColumn(step.to_date(), "", "count"));
  }
  Column series = Only(Audience::kPeople, TextColumn("series", "over time", TextTable::Fit::kKeep));
  series.plots = true;
  table.columns.push_back(std::move(series));
  for (const std::string& name : answer.classes()) {
    std::vector<Cell> row = {Cell::Text(name), Cell::Count(totals[0].From(name))};
    std::vector<std::optional<double>> series = {static_cast<double>(totals[0].From(name))};
    for (const StepTotals& step : totals) {
      row.push_back(Cell::Count(step.To(name)));
      series.emplace_back(static_cast<double>(step.To(name)));
    }
    row.push_back(Cell::Sparkline(std::move(series)));
    table.rows.push_back(std::move(row));
  }
  return {.id = "sizes", .table = std::move(table)};
}

// Rows are where customers came from; shares and shades are of the row. The last row has the sums.
Table MatrixOf(const v1::ComputeTransitionsResponse& answer, const StepTotals& totals) {
  std::vector<std::string> from(answer.classes().begin(), answer.classes().end()), to = from;
  if (totals.From(kNew) > 0) from.emplace_back(kNew);
  if (totals.To(kGone) > 0) to.emplace_back(kGone);
  Table table{
      .columns = {TextColumn("from", "from \\ to"), FigureColumn("customers", "", "count")}};
  table.totals = {Cell::Text("all"), Cell::Count(totals.all())};
  for (const std::string& name : to) {
    Column column = FigureColumn(name, "", "1");
    column.shaded = true;
    table.columns.push_back(std::move(column));
    table.totals.push_back(Cell::Worded(FormatInteger(totals.To(name))));
  }
  for (const std::string& start : from) {
    std::vector<Cell>& row = table.rows.emplace_back();
    row = {Cell::Text(start), Cell::Count(totals.From(start))};
    for (const std::string& end : to) {
      const v1::TransitionCell* cell = totals.Between(start, end);
      if (cell == nullptr) {
        row.emplace_back();
        continue;
      }
      const int width = DisplayWidth(FormatInteger(totals.To(end)));
      row.push_back(Cell::Number(cell->row_share()));
      row.back().words = absl::StrCat(absl::StrFormat("%.1f%%  ", cell->row_share() * 100),
                                      Pad(FormatInteger(cell->customers()), width, Align::kRight));
    }
  }
  return table;
}

// "revenue 1,200.00 to 3,400.00, revenue_rank 40 to 17".
std::string ChangesText(const v1::TransitionMover& mover, const std::string& currency) {
  // Ranks move by what others do.
  if (mover.changes().empty()) return "nothing of their own: others passed them, or joined";
  return absl::StrJoin(
      mover.changes(), ", ", [&](std::string* out, const v1::TransitionMover::Change& change) {
        absl::StrAppend(out, change.field(), " ", FormatValue(change.before(), "", currency),
                        " to ", FormatValue(change.after(), "", currency));
      });
}

Table MoversOf(const v1::TransitionStep& step, const std::string& currency) {
  // Many a customer's name is the id.
  const bool names =
      std::any_of(step.movers().begin(), step.movers().end(), [](const v1::TransitionMover& mover) {
        return !mover.display_name().empty() && mover.display_name() != mover.customer();
      });
  Table table{.columns = {TextColumn("customer"),
                          Only(names ? Audience::kAll : Audience::kPrograms,
                               TextColumn("display_name", "name")),
                          TextColumn("from", "", TextTable::Fit::kKeep),
                          TextColumn("to", "", TextTable::Fit::kKeep),
                          TextColumn("changes", "what moved them", TextTable::Fit::kWrap)}};
  for (const v1::TransitionMover& mover : step.movers()) {
    table.rows.push_back({Cell::Text(mover.customer()), Cell::Text(mover.display_name()),
                          Cell::Text(mover.from()), Cell::Text(mover.to()),
                          Cell::Text(ChangesText(mover, currency))});
  }
  return table;
}

void AddStep(const v1::ComputeTransitionsResponse& answer, const v1::TransitionStep& step,
             const StepTotals& totals, Document& document) {
  const std::string dates = absl::StrCat(step.from_date(), " to ", step.to_date());
  document.sections.push_back(
      {.id = absl::StrCat("matrix-", step.to_date()),
       .title =
           absl::StrCat(dates, ": ", FormatInteger(step.stayed()), " stayed, ",
                        FormatInteger(step.moved()), " moved, ", FormatInteger(totals.From(kNew)),
                        " new, ", FormatInteger(totals.To(kGone)), " gone"),
       .table = MatrixOf(answer, totals),
       .audience = Audience::kPeople});
  if (step.movers_size() == 0) return;
  document.sections.push_back({.id = absl::StrCat("movers-", step.to_date()),
                               .table = MoversOf(step, answer.meta().currency_code())});
}

Section Moves(const v1::ComputeTransitionsResponse& answer) {
  Table table{.columns = {TextColumn("partition"), TextColumn("from_date"), TextColumn("to_date"),
                          TextColumn("from"), TextColumn("to"),
                          FigureColumn("customers", "", "count"),
                          FigureColumn("row_share", "", "1"),
                          FigureColumn("revenue_change", "", "currency")}};
  for (const v1::TransitionStep& step : answer.steps()) {
    for (const v1::TransitionCell& cell : step.cells()) {
      table.rows.push_back({Cell::Text(answer.partition()), Cell::Text(step.from_date()),
                            Cell::Text(step.to_date()), Cell::Text(cell.from()),
                            Cell::Text(cell.to()), Cell::Count(cell.customers()),
                            Cell::Number(cell.row_share()), Cell::Money(cell.revenue_change())});
    }
  }
  return {.id = "moves", .table = std::move(table), .audience = Audience::kPrograms};
}

}  // namespace

Document TransitionsDocument(const v1::ComputeTransitionsResponse& answer) {
  Document document = DocumentOf(answer);
  document.part = "moves";
  std::vector<StepTotals> totals;
  for (const v1::TransitionStep& step : answer.steps()) totals.emplace_back(step);
  if (!totals.empty()) document.sections.push_back(Sizes(answer, totals));
  for (int i = 0; i < answer.steps_size(); ++i) {
    AddStep(answer, answer.steps(i), totals[static_cast<size_t>(i)], document);
  }
  document.sections.push_back(Moves(answer));
  return document;
}

}  // namespace strata::cli
