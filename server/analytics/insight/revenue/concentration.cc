#include "server/analytics/insight/revenue/concentration.h"

#include <algorithm>

#include "server/analytics/classes/revenue_order.h"

namespace strata::analytics::insight {
namespace {

// Basis points.
constexpr int kTopShares[] = {100, 500, 1'000, 2'000, 5'000};

// floor(share n), but at least one customer.
int64_t TopCount(int64_t n, int share_bp) {
  return std::max<int64_t>(1, classes::CountOfShare(n, share_bp, ShareRounding::kFloor));
}

double Share(MicrosSum part, MicrosSum whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

Concentration::Top TopOf(absl::Span<const MicrosSum> descending, int64_t customers,
                         MicrosSum total) {
  Concentration::Top top;
  top.customers = std::min<int64_t>(customers, static_cast<int64_t>(descending.size()));
  for (int64_t i = 0; i < top.customers; ++i) top.revenue += descending[i];
  top.share = Share(top.revenue, total);
  return top;
}

}  // namespace

Concentration MeasureConcentration(absl::Span<const MicrosSum> descending, int lorenz_points,
                                   const classes::AbcRule& rule) {
  Concentration result;
  const auto first_left_out =
      std::partition_point(descending.begin(), descending.end(), [](MicrosSum r) { return r > 0; });
  result.customers = first_left_out - descending.begin();
  result.left_out = descending.end() - first_left_out;
  if (result.customers == 0) return result;
  const absl::Span<const MicrosSum> revenue = descending.first(result.customers);

  std::vector<double> ascending;
  ascending.reserve(revenue.size());
  for (auto value = revenue.rbegin(); value != revenue.rend(); ++value) {
    ascending.push_back(static_cast<double>(*value));
    result.revenue += *value;
  }
  result.gini = stats::Gini(ascending);
  result.gini_corrected = stats::CorrectedGini(ascending);
  result.hhi = stats::Herfindahl(ascending);
  result.effective_number = 1 / result.hhi;
  result.lorenz = stats::Lorenz(ascending, lorenz_points);

  for (const int share_bp : kTopShares) {
    const int64_t count = TopCount(result.customers, share_bp);
    result.top.push_back(TopOf(revenue, count, result.revenue));
    result.top.back().share_bp = share_bp;
  }
  result.losing_first = TopOf(revenue, 1, result.revenue);
  result.losing_first_5 = TopOf(revenue, 5, result.revenue);

  result.abc = {{'A'}, {'B'}, {'C'}};
  MicrosSum before = 0;
  for (const MicrosSum value : revenue) {
    const auto place = static_cast<size_t>(classes::AbcClassOf(before, result.revenue, rule)) - 1;
    Concentration::Class& abc = result.abc[place];
    result.customers_for_80 += before * 100 < result.revenue * 80;
    ++abc.customers;
    abc.revenue += value;
    before += value;
  }
  for (Concentration::Class& abc : result.abc) abc.share = Share(abc.revenue, result.revenue);
  return result;
}

}  // namespace strata::analytics::insight
