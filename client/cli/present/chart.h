#ifndef STRATA_CLIENT_CLI_PRESENT_CHART_H_
#define STRATA_CLIENT_CLI_PRESENT_CHART_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace strata::cli {

// A bar of `fraction` (cut to 0..1) of `width` columns in eighths of a column: "███▍". Anything
// above nothing shows at least "▏".
std::string Bar(double fraction, int width);

// One character a figure, from "▁" for the smallest to "█" for the largest; a blank where there is
// none. Figures that are all alike stand in the middle. Series of non-negative figures start at
// zero, so that heights compare.
std::string Sparkline(const std::vector<std::optional<double>>& figures);

// A matrix of figures, each with a shade in front of it:
//
//              strategic    growth
//   strategic  ██  94.44%   ░░ 5.56%
//   growth                  ▓▓ 70.00%
//
// Labels and figures are taken as they are: make data Printable first.
struct HeatMap {
  struct Cell {
    std::optional<double> shade;  // 0..1: " ", "░", "▒", "▓", "█"; nothing: no shade
    std::string figure;           // aligned right; empty: a blank cell
  };
  std::string corner{};  // above the rows' labels: "from \ to"
  std::vector<std::string> columns{}, rows{};
  std::vector<std::vector<Cell>> cells{};  // [row][column]; short rows are filled with blanks
};
// The header and one line a row; only figures, no shades, unless `rich`.
std::vector<std::string> DrawHeatMap(const HeatMap& map, bool rich);

// Lines over a pair of axes, such as a Lorenz curve against the line of equality.
struct Plot {
  struct Series {
    std::vector<std::pair<double, double>> points{};  // joined by straight lines in this order
    bool reference = false;                           // dotted
  };
  std::vector<Series> series{};
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;  // what lies outside is not drawn
  int width = 60, height = 16;  // of the area within the axes, in characters
  std::string y_top{}, y_bottom{}, x_left{}, x_right{};  // at the ends of the axes: "100%", "0%"
};
// `height` lines, the horizontal axis and its labels, in Braille dots; in '*' and '.' unless
// `rich`.
std::vector<std::string> DrawPlot(const Plot& plot, bool rich);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PRESENT_CHART_H_
