#ifndef STRATA_CLIENT_CLI_CHART_H_
#define STRATA_CLIENT_CLI_CHART_H_

#include <optional>
#include <string>
#include <vector>

namespace strata::cli {

// A bar of `fraction` (cut to 0..1) of `width` columns in eighths of a column: "███▍". Anything
// above nothing shows at least "▏".
std::string Bar(double fraction, int width);

// One character a figure, from "▁" for the smallest to "█" for the largest; a blank where there is
// none. Figures that are all alike stand in the middle. Series of non-negative figures start at
// zero, so that heights compare.
std::string Sparkline(const std::vector<std::optional<double>>& figures);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_CHART_H_
