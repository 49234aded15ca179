#include "client/cli/ask/kpi/kpi_time_grid.h"

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/ask/kpi/kpi_table_view.h"
#include "client/cli/present/chart.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {
namespace {

constexpr size_t kPlainPeriods = 6;
constexpr size_t kLeastPeriods = 3;
constexpr int kPeriodWidth = 14;  // what a figure and the gap before it take, at a guess

// Rows by period and by the other keys, both in order of appearance.
struct Grid {
  std::vector<std::string> periods;
  std::vector<bool> complete;
  std::vector<std::string> groups;
  std::map<std::pair<size_t, size_t>, const v1::KpiRow*> rows;  // by group and period
};

size_t PlaceOf(const std::string& name, std::vector<std::string>& names,
               std::map<std::string, size_t>& places) {
  const auto [place, is_new] = places.try_emplace(name, names.size());
  if (is_new) names.push_back(name);
  return place->second;
}

Grid MakeGrid(const v1::KpiTable& table, int time_key) {
  Grid grid;
  std::map<std::string, size_t> period_places, group_places;
  for (const v1::KpiRow& row : table.rows()) {
    std::string group;
    for (int k = 0; k < table.keys_size(); ++k) {
      if (k != time_key) absl::StrAppend(&group, group.empty() ? "" : ", ", KeyText(row, table, k));
    }
    const size_t period = PlaceOf(KeyText(row, table, time_key), grid.periods, period_places);
    grid.complete.resize(grid.periods.size(), true);
    grid.complete[period] = grid.complete[period] && row.complete();
    grid.rows[{PlaceOf(group, grid.groups, group_places), period}] = &row;
  }
  return grid;
}

size_t ShownPeriods(const Terminal& terminal, const Grid& grid) {
  size_t shown = kPlainPeriods;
  if (terminal.out_is_terminal) {
    int names = 0;
    for (const std::string& group : grid.groups) names = std::max(names, DisplayWidth(group));
    const int room = terminal.width - 24 - names - static_cast<int>(grid.periods.size());
    shown = std::max<size_t>(kLeastPeriods, std::max(0, room / kPeriodWidth));
  }
  return std::min(shown, grid.periods.size());
}

// In words where there are any, and with the unit of amounts and ratios.
std::string FigureName(const v1::KpiColumn& column, const std::string& currency_code,
                       const std::map<std::string, std::string>& names) {
  const auto name = names.find(column.id());
  if (name == names.end() || !column.range().empty()) return ColumnHeader(column, currency_code);
  const std::string unit =
      column.type() == v1::VALUE_TYPE_INTEGER ? "" : UnitLabel(column.unit(), currency_code);
  return absl::StrCat(Printable(name->second), unit.empty() ? "" : absl::StrCat(" (", unit, ")"));
}

}  // namespace

void PrintTimeGrid(const Terminal& terminal, const v1::KpiTable& table,
                   const std::string& currency_code,
                   const std::map<std::string, std::string>& names) {
  const int time_key = TimeKey(table);
  if (time_key < 0 || table.rows_size() == 0) return PrintKpiTable(terminal, table, currency_code);
  const Grid grid = MakeGrid(table, time_key);
  const size_t first = grid.periods.size() - ShownPeriods(terminal, grid);
  const bool grouped = table.keys_size() > 1;

  std::vector<TextTable::Column> columns = {{""}};
  if (grouped) columns.push_back({""});
  for (size_t p = first; p < grid.periods.size(); ++p) {
    columns.push_back({absl::StrCat(grid.periods[p], grid.complete[p] ? "" : "*"), Align::kRight});
  }
  if (terminal.rich) {
    columns.push_back(
        {absl::StrCat(grid.periods.front(), "…"), Align::kLeft, TextTable::Fit::kKeep});
  }

  TextTable text(std::move(columns));
  bool small = false;
  for (int c = 0; c < table.columns_size(); ++c) {
    for (size_t g = 0; g < grid.groups.size(); ++g) {
      std::vector<std::string> line = {g == 0 ? FigureName(table.columns(c), currency_code, names)
                                              : ""};
      if (grouped) line.push_back(grid.groups[g]);
      std::vector<std::optional<double>> figures;
      for (size_t p = 0; p < grid.periods.size(); ++p) {
        const auto row = grid.rows.find({g, p});
        const v1::Value value = row == grid.rows.end() ? v1::Value() : row->second->values(c);
        figures.push_back(Magnitude(value));
        if (p < first) continue;
        line.push_back(FormatValue(value, table.columns(c).unit(), currency_code));
        small = small || value.small_sample();
      }
      if (terminal.rich) line.push_back(Sparkline(figures));
      text.AddRow(std::move(line));
    }
  }
  if (!table.title().empty()) terminal.out << Bold(terminal, Printable(table.title())) << "\n\n";
  text.Print(terminal);
  if (std::count(grid.complete.begin(), grid.complete.end(), false) > 0) {
    terminal.out << "* the period is not over\n";
  }
  if (small) terminal.out << "° fewer than 30 records\n";
}

}  // namespace strata::cli
