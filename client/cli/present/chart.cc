#include "client/cli/present/chart.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/present/display_width.h"

namespace strata::cli {
namespace {

constexpr int kGap = 2;         // blanks between the columns of a heat map
constexpr int kShadeWidth = 2;  // columns that the shade of a cell takes

std::string Shade(const std::optional<double>& shade) {
  constexpr const char* kShades[] = {" ", "░", "▒", "▓", "█"};
  std::string text;
  for (int i = 0; i < kShadeWidth; ++i) {
    if (!shade.has_value() || !(*shade > 0)) {
      text += ' ';
    } else {
      // Anything above nothing shows.
      text += kShades[std::max(1L, std::lround(std::min(*shade, 1.0) * 4))];
    }
  }
  return text;
}

// Dots that lines are drawn of, row 0 on top: a grid of characters, or of the 2 x 4 dots that one
// Braille character has.
class Dots {
 public:
  Dots(int width, int height) : width_(width), height_(height), on_(width * height) {}

  int width() const { return width_; }
  int height() const { return height_; }
  char at(int x, int y) const { return on_[y * width_ + x]; }

  // A later series stands above an earlier one.
  void Set(int x, int y, char mark) {
    if (x >= 0 && x < width_ && y >= 0 && y < height_) on_[y * width_ + x] = mark;
  }

 private:
  int width_, height_;
  std::vector<char> on_;
};

void DrawSeries(const Plot& plot, const Plot::Series& series, Dots& dots) {
  // A reference leaves out every second dot; in characters those would be too few.
  const bool dashed = series.reference && dots.width() > plot.width;
  const char mark = series.reference ? '.' : '*';
  const auto place = [](double value, double low, double high, int size) {
    return high > low ? (value - low) / (high - low) * (size - 1) : 0.0;
  };
  std::optional<std::pair<double, double>> before;
  for (const auto& [px, py] : series.points) {
    if (!std::isfinite(px) || !std::isfinite(py)) {
      before.reset();
      continue;
    }
    const double x = place(px, plot.x_low, plot.x_high, dots.width());
    const double y = dots.height() - 1 - place(py, plot.y_low, plot.y_high, dots.height());
    const auto [from_x, from_y] = before.value_or(std::pair(x, y));
    // Steps of one dot; a wild point must not make it long, for it is outside anyway.
    const double longest = std::max(std::fabs(x - from_x), std::fabs(y - from_y));
    const int steps = std::max(1, static_cast<int>(std::min(std::ceil(longest), 10'000.0)));
    for (int i = 0; i <= steps; ++i) {
      const double at = static_cast<double>(i) / steps;
      const double dot_x = from_x + (x - from_x) * at, dot_y = from_y + (y - from_y) * at;
      if (std::fabs(dot_x) > 1e6 || std::fabs(dot_y) > 1e6) continue;
      const int column = static_cast<int>(std::lround(dot_x));
      if (!dashed || column % 2 == 0) dots.Set(column, static_cast<int>(std::lround(dot_y)), mark);
    }
    before = std::pair(x, y);
  }
}

// The Braille character (U+2800 and its dots) of a cell.
std::string Braille(const Dots& dots, int column, int row) {
  // Bits of the dots, column by column from the top (The Unicode Standard, Braille Patterns).
  constexpr uint8_t kBits[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};
  int bits = 0;
  for (int x = 0; x < 2; ++x) {
    for (int y = 0; y < 4; ++y) {
      if (dots.at(column * 2 + x, row * 4 + y) != 0) bits |= kBits[x][y];
    }
  }
  if (bits == 0) return " ";
  return {static_cast<char>(0xE2), static_cast<char>(0xA0 | bits >> 6),
          static_cast<char>(0x80 | (bits & 0x3F))};
}

}  // namespace

std::string Bar(double fraction, int width) {
  constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (!(fraction > 0)) return "";
  const long eighths =
      std::max(1L, std::lround(std::min(fraction, 1.0) * static_cast<double>(width) * 8));
  std::string bar;
  for (long i = 0; i < eighths / 8; ++i) bar += "█";
  return bar + kEighths[eighths % 8];
}

std::string Sparkline(const std::vector<std::optional<double>>& figures) {
  constexpr const char* kLevels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double low = INFINITY, high = -INFINITY;
  for (const std::optional<double>& figure : figures) {
    if (!figure.has_value() || !std::isfinite(*figure)) continue;
    low = std::min(low, *figure);
    high = std::max(high, *figure);
  }
  const bool flat = low == high;
  low = std::min(low, 0.0);
  std::string line;
  for (const std::optional<double>& figure : figures) {
    if (!figure.has_value() || !std::isfinite(*figure)) {
      line += ' ';
    } else {
      line += kLevels[flat ? 3 : std::lround((*figure - low) / (high - low) * 7)];
    }
  }
  return line;
}

std::vector<std::string> DrawHeatMap(const HeatMap& map, bool rich) {
  const auto cell = [&](size_t row, size_t column) -> HeatMap::Cell {
    if (row >= map.cells.size() || column >= map.cells[row].size()) return {};
    return map.cells[row][column];
  };
  const int shade_width = rich ? kShadeWidth + 1 : 0;
  int label_width = DisplayWidth(map.corner);
  for (const std::string& label : map.rows) {
    label_width = std::max(label_width, DisplayWidth(label));
  }
  std::vector<std::string> lines(map.rows.size() + 1);
  lines[0] = Pad(map.corner, label_width, Align::kLeft);
  for (size_t r = 0; r < map.rows.size(); ++r) {
    lines[r + 1] = Pad(map.rows[r], label_width, Align::kLeft);
  }
  for (size_t c = 0; c < map.columns.size(); ++c) {
    int width = DisplayWidth(map.columns[c]) - shade_width;
    for (size_t r = 0; r < map.rows.size(); ++r) {
      width = std::max(width, DisplayWidth(cell(r, c).figure));
    }
    absl::StrAppend(&lines[0], std::string(kGap, ' '),
                    Pad(map.columns[c], width + shade_width, Align::kRight));
    for (size_t r = 0; r < map.rows.size(); ++r) {
      const HeatMap::Cell one = cell(r, c);
      absl::StrAppend(&lines[r + 1], std::string(kGap, ' '), rich ? Shade(one.shade) + " " : "",
                      Pad(one.figure, width, Align::kRight));
    }
  }
  for (std::string& line : lines) line = std::string(absl::StripTrailingAsciiWhitespace(line));
  return lines;
}

std::vector<std::string> DrawPlot(const Plot& plot, bool rich) {
  const int width = std::clamp(plot.width, 1, 1'000), height = std::clamp(plot.height, 1, 1'000);
  Dots dots(rich ? width * 2 : width, rich ? height * 4 : height);
  for (const bool reference : {true, false}) {  // references below
    for (const Plot::Series& series : plot.series) {
      if (series.reference == reference) DrawSeries(plot, series, dots);
    }
  }
  const int label_width = std::max(DisplayWidth(plot.y_top), DisplayWidth(plot.y_bottom));
  std::vector<std::string> lines;
  for (int row = 0; row < height; ++row) {
    std::string line = Pad(row == 0            ? plot.y_top
                           : row == height - 1 ? plot.y_bottom
                                               : "",
                           label_width, Align::kRight);
    line += rich ? " │" : " |";
    for (int column = 0; column < width; ++column) {
      if (rich) {
        line += Braille(dots, column, row);
      } else {
        line += dots.at(column, row) == 0 ? ' ' : dots.at(column, row);
      }
    }
    lines.emplace_back(absl::StripTrailingAsciiWhitespace(line));
  }
  std::string axis = std::string(label_width + 1, ' ') + (rich ? "└" : "+");
  for (int column = 0; column < width; ++column) axis += rich ? "─" : "-";
  lines.push_back(axis);
  const int right_width = width - DisplayWidth(plot.x_left);
  lines.emplace_back(absl::StripTrailingAsciiWhitespace(
      absl::StrCat(std::string(label_width + 2, ' '), plot.x_left,
                   Pad(plot.x_right, right_width, Align::kRight))));
  return lines;
}

}  // namespace strata::cli
