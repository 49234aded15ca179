#include "client/cli/ask/segment/segment_rfm_view.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {
namespace {

constexpr size_t kDefaultCustomers = 20;  // rows of a table for people

Column Bars(Column column) {
  column.bars = true;
  return column;
}

Section Names(const v1::ScoreRfmResponse& answer) {
  Table table{.columns = {TextColumn("name"), FigureColumn("customers", "", "count"),
                          Bars(FigureColumn("share_of_customers", "share", "1")),
                          FigureColumn("orders", "", "count"),
                          FigureColumn("revenue", "", "currency"),
                          Bars(FigureColumn("share_of_revenue", "share", "1"))}};
  for (const v1::RfmName& name : answer.names()) {
    table.rows.push_back({Cell::Text(name.name()), Cell::Count(name.customers()),
                          Cell::Number(name.share_of_customers()), Cell::Count(name.orders()),
                          Cell::Money(name.revenue()), Cell::Number(name.share_of_revenue())});
  }
  const bool any = answer.names_size() > 0 && answer.cells_size() > 0;
  return {.id = "names",
          .table = std::move(table),
          .audience = any ? Audience::kAll : Audience::kPrograms};
}

// The server states the quantiles; a value belongs to the next score from one unit above.
template <typename Cuts>
Sentence CutsLine(absl::string_view measure, absl::string_view unit, const Cuts& cuts) {
  return {absl::StrCat(measure, " ",
                       absl::StrJoin(cuts, " | ",
                                     [](std::string* out, double cut) {
                                       absl::StrAppend(out, FormatNumber(cut));
                                     }),
                       " ", unit),
          "  "};
}

// Customers by recency and frequency score, whatever their monetary score: the best upper right.
Table RecencyByFrequency(const v1::ScoreRfmResponse& answer) {
  const int bins = answer.recency_cuts_size() + 1;
  std::map<std::pair<int, int>, int64_t> customers;
  for (const v1::RfmCell& cell : answer.cells()) {
    customers[{cell.recency(), cell.frequency()}] += cell.customers();
  }
  Table table{.columns = {TextColumn("recency", "recency \\ frequency", TextTable::Fit::kKeep)}};
  for (int f = 1; f <= bins; ++f) {
    Column column = FigureColumn(absl::StrCat("frequency_", f), absl::StrCat(f), "count");
    column.shaded = true;
    table.columns.push_back(std::move(column));
  }
  for (int r = bins; r >= 1; --r) {
    std::vector<Cell>& row = table.rows.emplace_back();
    row.push_back(Cell::Text(absl::StrCat(r, r == bins ? " (latest)"
                                             : r == 1  ? " (longest ago)"
                                                       : "")));
    for (int f = 1; f <= bins; ++f) {
      const auto found = customers.find({r, f});
      row.push_back(found == customers.end() ? Cell{} : Cell::Count(found->second));
    }
  }
  return table;
}

Section Scores(const v1::ScoreRfmResponse& answer) {
  Section section{.id = "scores", .audience = Audience::kPeople};
  if (answer.cells_size() == 0) {
    section.lead = {"Nobody has bought anything yet."};
  } else {
    section.title = "Customers by recency and frequency score";
    section.table = RecencyByFrequency(answer);
    section.tail = {"quantiles that part the scores, before the one unit that is added:",
                    CutsLine("recency", "days", answer.recency_cuts()),
                    CutsLine("frequency", "orders", answer.frequency_cuts()),
                    CutsLine("monetary", answer.meta().currency_code(), answer.monetary_cuts())};
  }
  if (answer.not_scored() > 0) {
    section.tail.emplace_back(absl::StrCat(FormatInteger(answer.not_scored()),
                                           answer.not_scored() == 1 ? " customer" : " customers",
                                           " without a purchase: not scored"));
  }
  return section;
}

Section Cells(const v1::ScoreRfmResponse& answer) {
  Table table{
      .columns = {FigureColumn("recency", "", "count"), FigureColumn("frequency", "", "count"),
                  FigureColumn("monetary", "", "count"), FigureColumn("customers", "", "count")}};
  for (const v1::RfmCell& cell : answer.cells()) {
    table.rows.push_back({Cell::Count(cell.recency()), Cell::Count(cell.frequency()),
                          Cell::Count(cell.monetary()), Cell::Count(cell.customers())});
  }
  return {.id = "cells", .table = std::move(table), .audience = Audience::kPrograms};
}

Section Customers(const v1::ScoreRfmResponse& answer, std::optional<size_t> limit) {
  Table table{
      .columns = {TextColumn("customer"), FigureColumn("recency_days", "days ago", "count"),
                  FigureColumn("orders", "", "count"), FigureColumn("revenue", "", "currency"),
                  FigureColumn("recency", "R", "count"), FigureColumn("frequency", "F", "count"),
                  FigureColumn("monetary", "M", "count"), TextColumn("name")}};
  const size_t all = static_cast<size_t>(answer.customers_size());
  const size_t count = std::min(limit.value_or(all), all);
  for (size_t i = 0; i < count; ++i) {
    const v1::RfmCustomer& one = answer.customers(static_cast<int>(i));
    table.rows.push_back({Cell::Text(one.customer()), Cell::Count(one.recency_days()),
                          Cell::Count(one.orders()), Cell::Money(one.revenue()),
                          Cell::Count(one.recency()), Cell::Count(one.frequency()),
                          Cell::Count(one.monetary()), Cell::Text(one.name())});
  }
  const size_t shown = std::min(limit.value_or(kDefaultCustomers), all);
  table.shown = shown;
  Section section{.id = "customers", .table = std::move(table)};
  if (shown < all) {
    section.tail = {absl::StrCat(FormatInteger(static_cast<int64_t>(shown)), " of ",
                                 FormatInteger(static_cast<int64_t>(all)),
                                 " customers: more with --limit N")};
  }
  return section;
}

}  // namespace

Document RfmDocument(const v1::ScoreRfmResponse& answer, const RfmView& view) {
  Document document = DocumentOf(answer);
  document.sections = {Names(answer), Scores(answer), Cells(answer)};
  if (view.customers) document.sections.push_back(Customers(answer, view.limit));
  document.part = view.customers ? "customers" : view.names_fit ? "names" : "cells";
  return document;
}

}  // namespace strata::cli
