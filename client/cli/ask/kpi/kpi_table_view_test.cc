#include "client/cli/ask/kpi/kpi_table_view.h"

#include <sstream>

#include "client/cli/ask/kpi/kpi_time_grid.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace strata::cli {
namespace {

v1::KpiTable ParseTable(const std::string& text) {
  v1::KpiTable table;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &table));
  return table;
}

v1::KpiTable ByCountry() {
  return ParseTable(R"pb(
    keys { id: "country" type: VALUE_TYPE_TEXT }
    columns {
      id: "revenue"
      type: VALUE_TYPE_MONEY
      unit: "currency"
      additivity: ADDITIVITY_ADDITIVE
    }
    columns { id: "share_of_revenue" type: VALUE_TYPE_NUMBER unit: "1" }
    columns { id: "revenue" range: "previous" type: VALUE_TYPE_MONEY unit: "currency" }
    rows {
      keys { text: "United States, North" }
      values { money { units: 1500 nanos: 250000000 } }
      values { number: 0.75 }
      values { null: NULL_REASON_NOT_ENOUGH_HISTORY }
      complete: true
    }
    rows {
      keys { null: NULL_REASON_UNKNOWN }
      values { money { units: 500 } }
      values { number: 0.25 small_sample: true }
      values { money { units: -3 nanos: -500000000 } }
      complete: true
    }
    totals {
      values { money { units: 2000 nanos: 250000000 } }
      values { number: 1 }
      values { money { units: -3 nanos: -500000000 } }
      complete: true
    })pb");
}

TEST(KpiTableViewTest, CsvHasPlainValues) {
  std::ostringstream out;
  WriteKpiCsv(out, ByCountry());
  EXPECT_EQ(out.str(),
            "country,revenue,share_of_revenue,revenue@previous\n"
            "\"United States, North\",1500.25,0.75,\n"
            ",500,0.25,-3.5\n"
            ",2000.25,1,-3.5\n");
}

TEST(KpiTableViewTest, TableIsForPeople) {
  std::ostringstream out, err;
  PrintKpiTable({out, err}, ByCountry(), "USD");
  EXPECT_EQ(out.str(),
            "country               revenue (USD)  share_of_revenue  revenue@previous (USD)\n"
            "--------------------  -------------  ----------------  ----------------------\n"
            "United States, North       1,500.25            75.00%                       –\n"
            "(not known)                  500.00           25.00%°                   -3.50\n"
            "--------------------  -------------  ----------------  ----------------------\n"
            "total                      2,000.25           100.00%                   -3.50\n"
            "° fewer than 30 records\n");
}

TEST(KpiTableViewTest, ARichTerminalGetsBarsOfTheShare) {
  std::ostringstream out, err;
  Terminal terminal{out, err};
  terminal.rich = true;
  PrintKpiTable(terminal, ByCountry(), "USD");
  EXPECT_NE(out.str().find("75.00%  ████████████████ "), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("25.00%°  █████▍ "), std::string::npos) << out.str();
}

TEST(KpiTableViewTest, SeriesGetSparklinesAndOpenPeriodsAMark) {
  const v1::KpiTable table = ParseTable(R"pb(
    keys { id: "month" type: VALUE_TYPE_TEXT }
    columns { id: "orders" type: VALUE_TYPE_INTEGER unit: "orders" }
    rows {
      keys { text: "2024-01" }
      values { integer: 7 }
      complete: true
    }
    rows {
      keys { text: "2024-02" }
      values { integer: 0 }
      complete: true
    }
    rows {
      keys { text: "2024-03" }
      values { integer: 14 }
      complete: false
    })pb");
  std::ostringstream out, err;
  Terminal terminal{out, err};
  PrintKpiTable(terminal, table, "USD");
  EXPECT_EQ(out.str(),
            "month     orders\n"
            "--------  ------\n"
            "2024-01        7\n"
            "2024-02        0\n"
            "2024-03*      14\n"
            "* the period is not over\n");
  out.str("");
  terminal.rich = true;
  PrintKpiTable(terminal, table, "USD");
  EXPECT_NE(out.str().find("orders  ▅▁█"), std::string::npos) << out.str();
}

TEST(KpiTableViewTest, BarsAreNotDrawnOfGrowth) {
  v1::KpiTable table = ByCountry();
  table.mutable_rows(0)->mutable_values(1)->set_number(1.75);  // no share then
  std::ostringstream out, err;
  Terminal terminal{out, err};
  terminal.rich = true;
  PrintKpiTable(terminal, table, "USD");
  EXPECT_NE(out.str().find("1,500.25  ████████████████  "), std::string::npos) << out.str();
}

TEST(KpiTimeGridTest, HasALineAFigureAndGroup) {
  const v1::KpiTable table = ParseTable(R"pb(
    title: "Orders by tier"
    keys { id: "month" type: VALUE_TYPE_TEXT }
    keys { id: "tier" type: VALUE_TYPE_TEXT }
    columns { id: "orders" type: VALUE_TYPE_INTEGER }
    columns { id: "share" type: VALUE_TYPE_NUMBER unit: "1" }
    rows {
      keys { text: "2024-01" }
      keys { text: "growth" }
      values { integer: 7 }
      values { number: 0.5 }
      complete: true
    }
    rows {
      keys { text: "2024-01" }
      keys { text: "other" }
      values { integer: 7 }
      values { number: 0.5 }
      complete: true
    }
    rows {
      keys { text: "2024-02" }
      keys { text: "growth" }
      values { integer: 1234 }
      values { number: 1 }
    })pb");
  std::ostringstream out, err;
  Terminal terminal{out, err};
  PrintTimeGrid(terminal, table, "USD");
  EXPECT_EQ(out.str(),
            "Orders by tier\n\n"
            "                2024-01  2024-02*\n"
            "------  ------  -------  --------\n"
            "orders  growth        7     1,234\n"
            "        other         7         –\n"
            "share   growth   50.00%   100.00%\n"
            "        other    50.00%         –\n"
            "* the period is not over\n");
  out.str("");
  terminal.rich = true;
  PrintTimeGrid(terminal, table, "USD");
  EXPECT_NE(out.str().find("1,234  ▁█\n"), std::string::npos) << out.str();
}

TEST(KpiTimeGridTest, ShowsTheLatestPeriodsThatFit) {
  v1::KpiTable table = ParseTable(R"pb(
    keys { id: "month" type: VALUE_TYPE_TEXT }
    columns { id: "orders" type: VALUE_TYPE_INTEGER })pb");
  for (int month = 1; month <= 9; ++month) {
    v1::KpiRow& row = *table.add_rows();
    row.add_keys()->set_text("2024-0" + std::to_string(month));
    row.add_values()->set_integer(month);
    row.set_complete(true);
  }
  std::ostringstream out, err;
  PrintTimeGrid({out, err}, table, "");
  EXPECT_EQ(out.str(),
            "        2024-04  2024-05  2024-06  2024-07  2024-08  2024-09\n"
            "------  -------  -------  -------  -------  -------  -------\n"
            "orders        4        5        6        7        8        9\n");
}

TEST(KpiTableViewTest, SaysThatThereAreNoRows) {
  std::ostringstream out, err;
  PrintKpiTable({out, err}, ParseTable(R"pb(keys { id: "country" }
                                            columns { id: "orders" })pb"),
                "");
  EXPECT_NE(out.str().find("(no rows)"), std::string::npos);
}

}  // namespace
}  // namespace strata::cli
