#include "client/cli/present/chart.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace strata::cli {
namespace {

using ::testing::ElementsAre;

TEST(BarTest, GrowsByEighths) {
  EXPECT_EQ(Bar(0, 4), "");
  EXPECT_EQ(Bar(-1, 4), "");
  EXPECT_EQ(Bar(0.0001, 4), "▏");
  EXPECT_EQ(Bar(0.5, 4), "██");
  EXPECT_EQ(Bar(19.0 / 32, 4), "██▍");
  EXPECT_EQ(Bar(1, 4), "████");
  EXPECT_EQ(Bar(7, 4), "████");
}

TEST(SparklineTest, StandsOnZeroAndLeavesGaps) {
  EXPECT_EQ(Sparkline({0.0, 3.5, 7.0}), "▁▅█");
  EXPECT_EQ(Sparkline({7.0, std::nullopt, 7.0}), "▄ ▄");
  EXPECT_EQ(Sparkline({-7.0, 0.0}), "▁█");
  // From zero, not from the smallest: 99 and 100 look alike.
  EXPECT_EQ(Sparkline({99.0, 100.0}), "██");
  EXPECT_EQ(Sparkline({}), "");
}

TEST(HeatMapTest, ShadesFiguresAndKeepsColumns) {
  const HeatMap map{
      .corner = "from",
      .columns = {"a", "growing", "c"},
      .rows = {"a", "日本"},
      .cells = {{{1.0, "100%"}, {0.0, "0%"}, {std::nullopt, ""}}, {{0.001, "0.1%"}, {0.5, "50%"}}}};
  EXPECT_THAT(DrawHeatMap(map, true), ElementsAre("from        a  growing    c",  //
                                                  "a     ██ 100%       0%",       //
                                                  "日本  ░░ 0.1%  ▒▒  50%"));
  EXPECT_THAT(DrawHeatMap(map, false), ElementsAre("from     a  growing  c",  //
                                                   "a     100%       0%",     //
                                                   "日本  0.1%      50%"));
}

TEST(HeatMapTest, ShadesGrowWithTheFigure) {
  HeatMap map{.columns = {}, .rows = {""}, .cells = {{}}};
  for (const double shade : {0.0, 0.2, 0.5, 0.75, 1.0, 7.0}) {
    map.columns.push_back("");
    map.cells[0].push_back({shade, "x"});
  }
  EXPECT_EQ(DrawHeatMap(map, true)[1], "     x  ░░ x  ▒▒ x  ▓▓ x  ██ x  ██ x");
}

TEST(PlotTest, DrawsCurvesOverReferences) {
  Plot plot{.series = {{{{0, 0}, {1, 1}}, true}, {{{0, 0}, {0.5, 0}, {1, 1}}}},
            .width = 5,
            .height = 5,
            .y_top = "100%",
            .y_bottom = "0%",
            .x_left = "0",
            .x_right = "1"};
  EXPECT_THAT(DrawPlot(plot, false), ElementsAre("100% |    *",  //
                                                 "     |   .*",  //
                                                 "     |  .*",   //
                                                 "     | . *",   //
                                                 "  0% |***",    //
                                                 "     +-----",  //
                                                 "      0   1"));
}

TEST(PlotTest, DrawsInDotsOfBraille) {
  // The main diagonal of 4 x 4 dots in one row of two characters.
  Plot plot{.series = {{{{0, 1}, {1, 0}}}}, .width = 2, .height = 1};
  EXPECT_THAT(DrawPlot(plot, true), ElementsAre(" │⠑⢄", " └──", ""));
}

TEST(PlotTest, LeavesOutWhatLiesOutside) {
  const Plot plot{
      .series = {{{{-1e300, 5}, {NAN, 0.5}, {0.5, 0.5}, {0.5, 1e300}}}}, .width = 3, .height = 3};
  const std::vector<std::string> lines = DrawPlot(plot, false);
  EXPECT_EQ(lines[1], " | *");
  EXPECT_EQ(lines[2], " |");
  // An axis without an extent is no division by zero.
  EXPECT_EQ(DrawPlot({.series = {{{{1, 1}}}}, .x_low = 1, .x_high = 1, .width = 2, .height = 1},
                     false)[0],
            " |*");
}

}  // namespace
}  // namespace strata::cli
