#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/argument_check.h"
#include "client/cli/chart.h"
#include "client/cli/command.h"
#include "client/cli/delimited_output.h"
#include "client/cli/display_width.h"
#include "client/cli/insight_page.h"
#include "client/cli/result_footer.h"
#include "client/cli/segment_verbs.h"
#include "client/cli/text_table.h"
#include "client/cli/value_format.h"
#include "server/base/status_macros.h"

// `strata segment transitions`: who moved from which class to which, from one date to the next.

namespace strata::cli {
namespace {

constexpr int kDefaultMovers = 5;  // of each step, for people
constexpr absl::string_view kNew = "NEW", kGone = "GONE";

struct TransitionsArguments {
  std::string partition;
  int32_t quarters = 0;
  std::vector<std::string> dates;
  std::optional<int32_t> movers;
};

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
  const v1::TransitionCell* Cell(const std::string& from, const std::string& to) const {
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
void PrintSizes(const Terminal& terminal, const v1::ComputeTransitionsResponse& answer,
                const std::vector<StepTotals>& totals) {
  std::vector<TextTable::Column> columns = {{Printable(answer.partition())}};
  columns.push_back({answer.steps(0).from_date(), Align::kRight});
  for (const v1::TransitionStep& step : answer.steps()) {
    columns.push_back({step.to_date(), Align::kRight});
  }
  columns.push_back({"", Align::kLeft, TextTable::Fit::kKeep});
  TextTable table(std::move(columns));
  for (const std::string& name : answer.classes()) {
    std::vector<std::string> row = {Printable(name), FormatInteger(totals[0].From(name))};
    std::vector<std::optional<double>> series = {static_cast<double>(totals[0].From(name))};
    for (const StepTotals& step : totals) {
      row.push_back(FormatInteger(step.To(name)));
      series.push_back(static_cast<double>(step.To(name)));
    }
    row.push_back(terminal.rich ? Sparkline(series) : "");
    table.AddRow(std::move(row));
  }
  table.Print(terminal);
}

// How much a cell of a matrix says: the share of the row and the count, or, where that is too wide
// for the terminal, the count alone under columns that have the numbers of the classes.
enum class Detail : uint8_t { kShares, kCounts };

std::string Figure(const v1::TransitionCell& cell, int width, Detail detail) {
  const std::string count = Pad(FormatInteger(cell.customers()), width, Align::kRight);
  if (detail == Detail::kCounts) return count;
  return absl::StrCat(absl::StrFormat("%.1f%%  ", cell.row_share() * 100), count);
}

// Rows are where customers came from; shares and shades are of the row. The last row has the sums.
HeatMap MatrixOf(const v1::ComputeTransitionsResponse& answer, const StepTotals& totals,
                 Detail detail) {
  std::vector<std::string> from(answer.classes().begin(), answer.classes().end()), to = from;
  if (totals.From(std::string(kNew)) > 0) from.emplace_back(kNew);
  if (totals.To(std::string(kGone)) > 0) to.emplace_back(kGone);
  const auto number = [&](size_t i) {
    const bool numbered = detail == Detail::kCounts && i < size_t(answer.classes_size());
    return numbered ? absl::StrCat(i + 1) : std::string();
  };
  HeatMap map;
  map.corner = "from \\ to";
  map.columns = {"customers"};
  map.cells.resize(from.size() + 1);
  for (size_t r = 0; r < from.size(); ++r) {
    const std::string prefix = number(r);
    map.rows.push_back(absl::StrCat(prefix, prefix.empty() ? "" : " ", Printable(from[r])));
    map.cells[r] = {{std::nullopt, FormatInteger(totals.From(from[r]))}};
  }
  map.rows.emplace_back("all");
  map.cells.back() = {{std::nullopt, FormatInteger(totals.all())}};
  for (size_t c = 0; c < to.size(); ++c) {
    const std::string digits = number(c);
    map.columns.push_back(digits.empty() ? Printable(to[c]) : digits);
    const int width = DisplayWidth(FormatInteger(totals.To(to[c])));
    for (size_t r = 0; r < from.size(); ++r) {
      const v1::TransitionCell* cell = totals.Cell(from[r], to[c]);
      if (cell == nullptr) {
        map.cells[r].emplace_back();
      } else {
        map.cells[r].push_back({cell->row_share(), Figure(*cell, width, detail)});
      }
    }
    map.cells.back().push_back({std::nullopt, FormatInteger(totals.To(to[c]))});
  }
  return map;
}

void PrintMatrix(const Terminal& terminal, const v1::ComputeTransitionsResponse& answer,
                 const StepTotals& totals) {
  std::vector<std::string> lines =
      DrawHeatMap(MatrixOf(answer, totals, Detail::kShares), terminal.rich);
  const auto too_wide = [&](const std::string& line) {
    return DisplayWidth(line) > terminal.width;
  };
  if (terminal.out_is_terminal && std::any_of(lines.begin(), lines.end(), too_wide)) {
    lines = DrawHeatMap(MatrixOf(answer, totals, Detail::kCounts), terminal.rich);
  }
  for (const std::string& line : lines) terminal.out << line << '\n';
}

// "revenue 1,200.00 to 3,400.00, revenue_rank 40 to 17".
std::string ChangesText(const v1::TransitionMover& mover, const std::string& currency) {
  // Ranks move by what others do.
  if (mover.changes().empty()) return "nothing of their own: others passed them, or joined";
  return absl::StrJoin(mover.changes(), ", ",
                       [&](std::string* out, const v1::TransitionMover::Change& change) {
                         absl::StrAppend(out, Printable(change.field()), " ",
                                         FormatValue(change.before(), "", currency), " to ",
                                         FormatValue(change.after(), "", currency));
                       });
}

void PrintMovers(const Terminal& terminal, const v1::TransitionStep& step,
                 const std::string& currency) {
  if (step.movers_size() == 0) return;
  // Many a customer's name is the id.
  const bool names =
      std::any_of(step.movers().begin(), step.movers().end(), [](const v1::TransitionMover& mover) {
        return !mover.display_name().empty() && mover.display_name() != mover.customer();
      });
  std::vector<TextTable::Column> columns = {{"customer"}};
  if (names) columns.push_back({"name"});
  columns.push_back({"from", Align::kLeft, TextTable::Fit::kKeep});
  columns.push_back({"to", Align::kLeft, TextTable::Fit::kKeep});
  columns.push_back({"what moved them", Align::kLeft, TextTable::Fit::kWrap});
  TextTable table(std::move(columns));
  for (const v1::TransitionMover& mover : step.movers()) {
    std::vector<std::string> row = {Printable(mover.customer())};
    if (names) row.push_back(Printable(mover.display_name()));
    row.insert(row.end(),
               {Printable(mover.from()), Printable(mover.to()), ChangesText(mover, currency)});
    table.AddRow(std::move(row));
  }
  terminal.out << '\n';
  table.Print(terminal);
}

void PrintStep(const Terminal& terminal, const v1::ComputeTransitionsResponse& answer,
               const v1::TransitionStep& step, const StepTotals& totals) {
  terminal.out << '\n'
               << Bold(terminal,
                       absl::StrCat(Printable(step.from_date()), " to ", Printable(step.to_date())))
               << ": " << FormatInteger(step.stayed()) << " stayed, " << FormatInteger(step.moved())
               << " moved, " << FormatInteger(totals.From(std::string(kNew))) << " new, "
               << FormatInteger(totals.To(std::string(kGone))) << " gone\n\n";
  PrintMatrix(terminal, answer, totals);
  PrintMovers(terminal, step, answer.meta().currency_code());
}

void PrintTransitions(const Terminal& terminal, const v1::ComputeTransitionsResponse& answer) {
  std::vector<StepTotals> totals;
  for (const v1::TransitionStep& step : answer.steps()) totals.emplace_back(step);
  if (!totals.empty()) PrintSizes(terminal, answer, totals);
  for (int i = 0; i < answer.steps_size(); ++i) {
    PrintStep(terminal, answer, answer.steps(i), totals[i]);
  }
  PrintResultFooter(terminal, answer.meta());
}

void WriteTransitionsCsv(std::ostream& out, const v1::ComputeTransitionsResponse& answer) {
  WriteCsvRow(out, {"partition", "from_date", "to_date", "from", "to", "customers", "row_share",
                    "revenue_change"});
  for (const v1::TransitionStep& step : answer.steps()) {
    for (const v1::TransitionCell& cell : step.cells()) {
      WriteCsvRow(out, {answer.partition(), step.from_date(), step.to_date(), cell.from(),
                        cell.to(), absl::StrCat(cell.customers()), PlainNumber(cell.row_share()),
                        PlainMoney(cell.revenue_change())});
    }
  }
}

absl::Status Transitions(Context& context, const TransitionsArguments& args) {
  STRATA_ASSIGN_OR_RETURN(
      v1::ComputeTransitionsResponse answer,
      Ask(context, &Client::ComputeTransitions, [&](v1::ComputeTransitionsRequest& request) {
        request.set_partition(args.partition);
        for (const std::string& date : args.dates) request.add_dates(date);
        request.set_quarters(args.quarters);
        // Programs get the service's own number of them.
        const bool people = context.flags().output == OutputForm::kTable;
        request.set_movers(args.movers.value_or(people ? kDefaultMovers : 0));
      }));
  if (args.movers == 0) {
    for (v1::TransitionStep& step : *answer.mutable_steps()) step.clear_movers();
  }
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(answer);
    case OutputForm::kCsv:
      WriteTransitionsCsv(context.out(), answer);
      TellNotes(context, answer.meta());
      break;
    case OutputForm::kTable:
      PrintTransitions(context.terminal(), answer);
      break;
  }
  return absl::OkStatus();
}

}  // namespace

void AddSegmentTransitions(CLI::App& segment, Context& context) {
  auto args = std::make_shared<TransitionsArguments>();
  CLI::App* transitions = AddCommand(
      segment, "transitions", "Who moved between classes, quarter by quarter or between dates",
      "strata segment transitions tier --quarters 4\n  strata segment transitions loyalty --dates "
      "2025-01-01,2025-07-01 --movers 20",
      [&context, args] { return Transitions(context, *args); }, context);
  transitions->add_option("partition", args->partition, "A partition [tier]");
  CLI::Option* quarters =
      transitions->add_option("--quarters", args->quarters, "Ends of the last so many quarters [4]")
          ->check(WholeNumber(2, 40))
          ->type_name("N");
  transitions->add_option("--dates", args->dates, "Two or more dates, ascending")
      ->delimiter(',')
      ->excludes(quarters)
      ->type_name("DATE,...");
  transitions
      ->add_option("--movers", args->movers,
                   "Customers to show of each step, by revenue [5; 20 in json]")
      ->check(WholeNumber(0, 1'000))
      ->type_name("N");
}

}  // namespace strata::cli
