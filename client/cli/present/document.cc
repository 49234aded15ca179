#include "client/cli/present/document.h"

namespace strata::cli {

Cell Cell::Text(std::string text) {
  Cell cell;
  cell.value.set_text(std::move(text));
  return cell;
}

Cell Cell::Count(int64_t count) {
  Cell cell;
  cell.value.set_integer(count);
  return cell;
}

Cell Cell::Number(double number) {
  Cell cell;
  cell.value.set_number(number);
  return cell;
}

Cell Cell::Money(v1::Amount amount) {
  Cell cell;
  *cell.value.mutable_money() = std::move(amount);
  return cell;
}

Cell Cell::Of(v1::Value value) { return {.value = std::move(value)}; }

Cell Cell::Worded(std::string words, v1::Value value) {
  return {.value = std::move(value), .words = std::move(words)};
}

Cell Cell::Sparkline(std::vector<std::optional<double>> series) {
  return {.series = std::move(series)};
}

Column TextColumn(std::string id, std::string label, TextTable::Fit fit) {
  return {.id = std::move(id), .label = std::move(label), .align = Align::kLeft, .fit = fit};
}

Column FigureColumn(std::string id, std::string label, std::string unit) {
  return {.id = std::move(id), .label = std::move(label), .unit = std::move(unit)};
}

Column Only(Audience audience, Column column) {
  column.audience = audience;
  return column;
}

}  // namespace strata::cli
