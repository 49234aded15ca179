#ifndef STRATA_CLIENT_CLI_PRESENT_TEXT_TABLE_H_
#define STRATA_CLIENT_CLI_PRESENT_TEXT_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/present/display_width.h"
#include "client/cli/present/terminal.h"

namespace strata::cli {

// Rows under a header, columns aligned by what they look like on a terminal. On a terminal the
// header is bold, and a table that is wider than it is made to fit: its columns of text give way,
// and where that is not enough the columns go on below, the first one repeated.
class TextTable {
 public:
  // What a column of text does where there is no room. Figures are never cut.
  enum class Fit : uint8_t { kCut, kWrap, kKeep };
  struct Column {
    std::string header;
    Align align = Align::kLeft;
    Fit fit = Fit::kCut;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell a column. What is not fit for a terminal is written out, our own colours apart.
  void AddRow(std::vector<std::string> cells);
  // A row below a rule: totals.
  void AddTotals(std::vector<std::string> cells);

  bool empty() const { return rows_.empty(); }
  // Whether the columns stand beside each other on this terminal.
  bool Fits(const Terminal& terminal) const;
  void Print(const Terminal& terminal) const;

 private:
  using Band = std::vector<size_t>;  // columns that stand beside each other

  std::vector<int> Widths(const Terminal& terminal) const;
  std::vector<Band> Bands(const Terminal& terminal, std::vector<int>& widths) const;
  std::string Line(const Band& band, const std::vector<std::string>& cells,
                   const std::vector<int>& widths) const;
  void PrintRow(const Terminal& terminal, const Band& band, std::vector<std::string> cells,
                const std::vector<int>& widths) const;
  void PrintBand(const Terminal& terminal, const Band& band, const std::vector<int>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::string> totals_;
};

// "\x1b[1m" ... around `text` on a rich terminal.
std::string Bold(const Terminal& terminal, absl::string_view text);
// Green for good news, red for bad, on a rich terminal.
std::string Coloured(const Terminal& terminal, absl::string_view text, bool good);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PRESENT_TEXT_TABLE_H_
