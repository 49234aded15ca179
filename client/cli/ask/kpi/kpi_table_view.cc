#include "client/cli/ask/kpi/kpi_table_view.h"

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/present/chart.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {
namespace {

constexpr int kBarWidth = 16;
constexpr size_t kMostSeries = 12;
constexpr int kLeastPoints = 3;  // a sparkline of fewer says nothing
constexpr absl::string_view kTimeFields[] = {
    "year", "quarter", "fiscal_quarter", "fiscal_year", "month", "week", "day"};

bool IsTimeField(const v1::KpiColumn& key) {
  return std::find(std::begin(kTimeFields), std::end(kTimeFields), key.id()) !=
         std::end(kTimeFields);
}

bool IsText(v1::ValueType type) {
  return type == v1::VALUE_TYPE_TEXT || type == v1::VALUE_TYPE_DATE ||
         type == v1::VALUE_TYPE_BOOLEAN;
}

// Whether every figure of a column lies in 0..1, as shares do and growth seldom does.
bool IsShare(const v1::KpiTable& table, int column) {
  if (!IsPercentUnit(table.columns(column).unit())) return false;
  return std::all_of(table.rows().begin(), table.rows().end(), [column](const v1::KpiRow& row) {
    const double figure = Magnitude(row.values(column)).value_or(0);
    return figure >= 0 && figure <= 1;
  });
}

// The column that bars are drawn of: a share, else an additive figure; -1 for none.
int BarColumn(const v1::KpiTable& table) {
  if (table.keys_size() == 0 || table.rows_size() < 2) return -1;
  int additive = -1;
  for (int i = 0; i < table.columns_size(); ++i) {
    const v1::KpiColumn& column = table.columns(i);
    if (!column.range().empty()) continue;
    if (IsShare(table, i)) return i;
    if (additive < 0 && column.additivity() == v1::ADDITIVITY_ADDITIVE) additive = i;
  }
  return additive;
}

double LargestMagnitude(const v1::KpiTable& table, int column) {
  double largest = 0;
  for (const v1::KpiRow& row : table.rows()) {
    largest = std::max(largest, Magnitude(row.values(column)).value_or(0));
  }
  return largest;
}

// Figures by time for each combination of the other keys, in order of appearance.
struct Series {
  std::string name;
  std::vector<std::optional<double>> figures;
};
std::vector<Series> SeriesOf(const v1::KpiTable& table, int time_key, int column) {
  std::vector<Series> all;
  std::map<std::string, size_t> places;
  for (const v1::KpiRow& row : table.rows()) {
    std::string name;
    for (int k = 0; k < table.keys_size(); ++k) {
      if (k != time_key) absl::StrAppend(&name, name.empty() ? "" : ", ", KeyText(row, table, k));
    }
    const auto [place, is_new] = places.try_emplace(name, all.size());
    if (is_new) all.push_back({name, {}});
    all[place->second].figures.push_back(Magnitude(row.values(column)));
  }
  return all;
}

void PrintSparklines(const Terminal& terminal, const v1::KpiTable& table) {
  const int time_key = TimeKey(table);
  if (time_key < 0) return;
  for (int i = 1; i < table.rows_size(); ++i) {
    // Rows that were sorted by a figure are no series.
    const std::string before = PlainValue(table.rows(i - 1).keys(time_key));
    if (table.keys_size() == 1 && PlainValue(table.rows(i).keys(time_key)) < before) return;
  }
  TextTable lines({{""}, {"", Align::kLeft, TextTable::Fit::kKeep}});
  size_t count = 0;
  for (int c = 0; c < table.columns_size(); ++c) {
    for (const Series& series : SeriesOf(table, time_key, c)) {
      if (series.figures.size() < kLeastPoints || ++count > kMostSeries) continue;
      const std::string id = Printable(ColumnId(table.columns(c)));
      lines.AddRow({series.name.empty() ? id : absl::StrCat(id, ", ", series.name),
                    Sparkline(series.figures)});
    }
  }
  if (lines.empty()) return;
  terminal.out << '\n';
  lines.Print(terminal);
}

}  // namespace

std::string ColumnId(const v1::KpiColumn& column) {
  return column.range().empty() ? column.id() : absl::StrCat(column.id(), "@", column.range());
}

std::string ColumnHeader(const v1::KpiColumn& column, const std::string& currency_code) {
  const std::string id = Printable(ColumnId(column));
  // "orders (orders)" would say nothing.
  const std::string unit =
      column.type() == v1::VALUE_TYPE_INTEGER ? "" : UnitLabel(column.unit(), currency_code);
  return unit.empty() ? id : absl::StrCat(id, " (", unit, ")");
}

std::string KeyText(const v1::KpiRow& row, const v1::KpiTable& table, int key) {
  // An unknown country is a group like any other, so it has a name here.
  const v1::Value& value = row.keys(key);
  return value.kind_case() == v1::Value::kNull
             ? absl::StrCat("(", FormatNullReason(value.null()), ")")
             : FormatValue(value, table.keys(key).unit(), "");
}

int TimeKey(const v1::KpiTable& table) {
  int time_key = -1;
  for (int k = 0; k < table.keys_size(); ++k) {
    if (!IsTimeField(table.keys(k))) continue;
    if (time_key >= 0) return -1;  // years by months: no one line of time
    time_key = k;
  }
  return time_key;
}

void PrintKpiTable(const Terminal& terminal, const v1::KpiTable& table,
                   const std::string& currency_code) {
  if (!table.title().empty()) terminal.out << Bold(terminal, Printable(table.title())) << "\n\n";
  const int bar = terminal.rich ? BarColumn(table) : -1;
  const double largest = bar < 0 ? 0 : LargestMagnitude(table, bar);
  std::vector<TextTable::Column> columns;
  bool over_time = false;
  for (const v1::KpiColumn& key : table.keys()) {
    columns.push_back(
        {ColumnHeader(key, currency_code), IsText(key.type()) ? Align::kLeft : Align::kRight});
    over_time = over_time || IsTimeField(key);
  }
  for (int i = 0; i < table.columns_size(); ++i) {
    columns.push_back({ColumnHeader(table.columns(i), currency_code), Align::kRight});
    if (i == bar) columns.push_back({"", Align::kLeft, TextTable::Fit::kKeep});
  }

  bool incomplete = false, small = false;
  auto cells = [&](const v1::KpiRow& row, bool totals) {
    std::vector<std::string> line;
    for (int k = 0; k < table.keys_size(); ++k) {
      line.push_back(totals ? (k == 0 ? "total" : "") : KeyText(row, table, k));
    }
    if (!totals && over_time && !row.complete()) {
      line.back() += "*";
      incomplete = true;
    }
    for (int i = 0; i < row.values_size(); ++i) {
      line.push_back(FormatValue(row.values(i), table.columns(i).unit(), currency_code));
      small = small || row.values(i).small_sample();
      if (i != bar) continue;
      const double figure = Magnitude(row.values(i)).value_or(0);
      line.push_back(totals || largest <= 0 ? "" : Bar(figure / largest, kBarWidth));
    }
    return line;
  };
  TextTable text(std::move(columns));
  for (const v1::KpiRow& row : table.rows()) text.AddRow(cells(row, false));
  if (table.has_totals() && table.keys_size() > 0) text.AddTotals(cells(table.totals(), true));
  text.Print(terminal);
  if (table.rows_size() == 0) terminal.out << "(no rows)\n";
  if (terminal.rich) PrintSparklines(terminal, table);
  if (incomplete) terminal.out << "* the period is not over\n";
  if (small) terminal.out << "° fewer than 30 records\n";
}

void WriteKpiCsv(std::ostream& out, const v1::KpiTable& table) {
  std::vector<std::string> fields;
  for (const v1::KpiColumn& key : table.keys()) fields.push_back(key.id());
  for (const v1::KpiColumn& column : table.columns()) fields.push_back(ColumnId(column));
  WriteCsvRow(out, fields);
  auto write = [&](const v1::KpiRow& row) {
    fields.clear();
    for (const v1::Value& key : row.keys()) fields.push_back(PlainValue(key));
    // A totals row may come without keys; they are empty either way.
    if (&row == &table.totals()) fields.assign(table.keys_size(), "");
    for (const v1::Value& value : row.values()) fields.push_back(PlainValue(value));
    WriteCsvRow(out, fields);
  };
  for (const v1::KpiRow& row : table.rows()) write(row);
  if (table.has_totals() && table.keys_size() > 0) write(table.totals());
}

}  // namespace strata::cli
