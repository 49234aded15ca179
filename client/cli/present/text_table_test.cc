#include "client/cli/present/text_table.h"

#include <sstream>

#include "gtest/gtest.h"

namespace strata::cli {
namespace {

TEST(TextTableTest, AlignsByColumnsOnTheScreen) {
  std::ostringstream out, err;
  TextTable table({{"city"}, {"revenue", Align::kRight}});
  table.AddRow({"Zürich", "1,234.50"});
  table.AddRow({"東京", "7.00"});
  table.AddTotals({"total", "1,241.50"});
  table.Print({out, err});
  EXPECT_EQ(out.str(),
            "city     revenue\n"
            "------  --------\n"
            "Zürich  1,234.50\n"
            "東京        7.00\n"
            "------  --------\n"
            "total   1,241.50\n");
}

TEST(TextTableTest, CutsTextButNoFigureToFitATerminal) {
  std::ostringstream out, err;
  Terminal terminal{out, err};
  terminal.out_is_terminal = true;
  terminal.width = 24;
  TextTable table({{"formula"}, {"n", Align::kRight}});
  table.AddRow({"a long text that does not fit", "1,000,000"});
  table.Print(terminal);
  EXPECT_EQ(out.str(),
            "formula                n\n"
            "-------------  ---------\n"
            "a long text …  1,000,000\n");
}

TEST(TextTableTest, WrapsBetweenWords) {
  std::ostringstream out, err;
  Terminal terminal{out, err};
  terminal.out_is_terminal = true;
  terminal.width = 20;
  TextTable table({{"kpi"}, {"formula", Align::kLeft, TextTable::Fit::kWrap}});
  table.AddRow({"orders", "recognised orders by day"});
  table.AddRow({"units", "short"});
  table.Print(terminal);
  EXPECT_EQ(out.str(),
            "kpi     formula\n"
            "------  ------------\n"
            "orders  recognised\n"
            "        orders by\n"
            "        day\n"
            "units   short\n");
}

TEST(TextTableTest, ATableWithoutHeaderHasNoRule) {
  std::ostringstream out, err;
  TextTable table({{""}, {""}});
  table.AddRow({"a", "b"});
  table.Print({out, err});
  EXPECT_EQ(out.str(), "a  b\n");
}

}  // namespace
}  // namespace strata::cli
