#ifndef STRATA_CLIENT_CLI_PRESENT_SHEET_H_
#define STRATA_CLIENT_CLI_PRESENT_SHEET_H_

#include <ostream>
#include <string>
#include <vector>

#include "client/cli/present/terminal.h"
#include "client/cli/present/text_table.h"
#include "strata/v1/types.pb.h"

namespace strata::cli {

// One cell in its two forms.
struct SheetCell {
  std::string pretty;  // for people
  std::string plain;   // for csv
};

SheetCell TextCell(const std::string& text);
SheetCell CountCell(int64_t count);
SheetCell ShareCell(double share);    // 40.94% and 0.4093...
SheetCell NumberCell(double number);  // three decimals and all of them
SheetCell MoneyCell(const v1::Amount& amount, absl::string_view currency_code);
// A number or money by its kind; with its interval, for people, where it has one.
SheetCell ValueCell(const v1::Value& value, absl::string_view currency_code);

// Columns of figures that stand under each other: printed for people or written as csv.
class Sheet {
 public:
  struct Column {
    std::string id;     // the header in both forms
    bool text = false;  // aligned left
    TextTable::Fit fit = TextTable::Fit::kCut;
  };
  explicit Sheet(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void Add(std::vector<SheetCell> row) { rows_.push_back(std::move(row)); }
  void Print(const Terminal& terminal) const;
  void WriteCsv(std::ostream& out) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<SheetCell>> rows_;
};

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PRESENT_SHEET_H_
