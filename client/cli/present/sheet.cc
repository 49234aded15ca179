#include "client/cli/present/sheet.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {

SheetCell TextCell(const std::string& text) { return {Printable(text), text}; }
SheetCell CountCell(int64_t count) { return {FormatInteger(count), absl::StrCat(count)}; }
SheetCell ShareCell(double share) { return {FormatPercent(share), PlainNumber(share)}; }
SheetCell NumberCell(double number) {
  return {absl::StrFormat("%.3f", number), PlainNumber(number)};
}
SheetCell MoneyCell(const v1::Amount& amount, absl::string_view currency_code) {
  return {FormatMoney(amount, currency_code), PlainMoney(amount)};
}

SheetCell ValueCell(const v1::Value& value, absl::string_view currency_code) {
  SheetCell cell{FormatValue(value, "", currency_code), PlainValue(value)};
  if (value.kind_case() == v1::Value::kNumber)
    cell.pretty = absl::StrFormat("%.3f", value.number());
  if (value.has_interval()) {
    absl::StrAppend(&cell.pretty, absl::StrFormat(" (%.3f to %.3f)", value.interval().low(),
                                                  value.interval().high()));
  }
  return cell;
}

void Sheet::Print(const Terminal& terminal) const {
  std::vector<TextTable::Column> columns;
  for (const Column& column : columns_) {
    columns.push_back({column.id, column.text ? Align::kLeft : Align::kRight, column.fit});
  }
  TextTable table(std::move(columns));
  for (const std::vector<SheetCell>& row : rows_) {
    std::vector<std::string> cells;
    for (const SheetCell& cell : row) cells.push_back(cell.pretty);
    table.AddRow(std::move(cells));
  }
  table.Print(terminal);
}

void Sheet::WriteCsv(std::ostream& out) const {
  // The names of the columns are ours ("+1" of a month after the first) and stay as they are.
  for (size_t i = 0; i < columns_.size(); ++i) {
    out << (i > 0 ? "," : "") << CsvField(columns_[i].id, CsvText::kExact);
  }
  out << '\n';
  std::vector<std::string> fields;
  for (const std::vector<SheetCell>& row : rows_) {
    fields.clear();
    for (const SheetCell& cell : row) fields.push_back(cell.plain);
    WriteCsvRow(out, fields);
  }
}

}  // namespace strata::cli
