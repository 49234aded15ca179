#include "client/cli/chart.h"

#include <algorithm>
#include <cmath>

namespace strata::cli {

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

}  // namespace strata::cli
