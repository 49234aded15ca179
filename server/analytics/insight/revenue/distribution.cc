#include "server/analytics/insight/revenue/distribution.h"

#include <algorithm>
#include <cmath>

#include "server/analytics/classes/revenue_order.h"
#include "server/analytics/kpi/scan/samples.h"

namespace strata::analytics::insight {
namespace {

constexpr int kPercentiles[] = {5, 10, 25, 50, 75, 90, 95};
constexpr int kNanosAMicro = 1'000;

using Reading = __int128 (*)(const CustomerTotals&);

__int128 RevenueNanos(const CustomerTotals& totals) { return totals.revenue * kNanosAMicro; }
__int128 Orders(const CustomerTotals& totals) { return totals.orders; }
__int128 OrderValueNanos(const CustomerTotals& totals) {
  const MicrosSum gross = totals.revenue + totals.refunds;
  return gross * kNanosAMicro / totals.orders;  // cut to a billionth of a unit
}

std::vector<__int128> Read(absl::Span<const CustomerTotals> customers, Reading read) {
  std::vector<__int128> values;
  values.reserve(customers.size());
  for (const CustomerTotals& totals : customers) values.push_back(read(totals));
  return values;
}

// A hundred times the percentile.
__int128 HundredfoldPercentile(std::vector<__int128>& values, int percent) {
  return kpi::ScaledQuantile(absl::MakeSpan(values), percent, 100);
}

fields::Value ToValue(__int128 hundredfold, bool money) {
  if (!money) return static_cast<double>(hundredfold) / 100;
  return fields::ValueOfRatio(hundredfold, 100 * kNanosAMicro);
}

Distribution::Measure Compare(std::string name, absl::Span<const CustomerTotals> all, size_t top,
                              Reading read, bool money) {
  std::vector<__int128> everybody = Read(all, read);
  std::vector<__int128> best = Read(all.first(top), read);
  Distribution::Measure measure;
  measure.name = std::move(name);
  const __int128 top_median = HundredfoldPercentile(best, 50);
  const __int128 median = HundredfoldPercentile(everybody, 50);
  measure.top_median = ToValue(top_median, money);
  measure.median = ToValue(median, money);
  if (median > 0) measure.ratio = static_cast<double>(top_median) / static_cast<double>(median);
  for (const int percent : kPercentiles) {
    measure.percentiles.push_back(ToValue(HundredfoldPercentile(everybody, percent), money));
  }
  return measure;
}

// Edges of the bins in whole units, strictly rising: 1, ... , above the highest.
std::vector<MicrosSum> HistogramEdges(MicrosSum lowest, MicrosSum highest, int bins) {
  const double low = std::log(std::max(1.0, std::floor(ToDouble(lowest))));
  const double high = std::log(std::floor(ToDouble(highest)) + 1);
  std::vector<MicrosSum> edges;
  for (int i = 0; i <= bins; ++i) {
    const double units = std::round(std::exp(low + (high - low) * i / bins));
    const MicrosSum edge = static_cast<MicrosSum>(units) * kMicrosAUnit;
    if (edges.empty() || edge > edges.back()) edges.push_back(edge);
  }
  if (edges.back() <= highest) edges.back() = (highest / kMicrosAUnit + 1) * kMicrosAUnit;
  return edges;
}

std::vector<Distribution::Bin> Histogram(absl::Span<const CustomerTotals> descending, size_t top,
                                         int bins) {
  std::vector<Distribution::Bin> histogram;
  const auto positive_end =
      std::partition_point(descending.begin(), descending.end(),
                           [](const CustomerTotals& totals) { return totals.revenue > 0; });
  if (positive_end != descending.begin()) {
    const std::vector<MicrosSum> edges =
        HistogramEdges(std::prev(positive_end)->revenue, descending.front().revenue, bins);
    for (size_t i = 0; i + 1 < edges.size(); ++i) histogram.push_back({edges[i], edges[i + 1]});
  }
  const MicrosSum lowest_edge = histogram.empty() ? kMicrosAUnit : histogram.front().from;
  if (!descending.empty() && descending.back().revenue < lowest_edge) {
    histogram.insert(histogram.begin(),
                     {std::min<MicrosSum>(0, descending.back().revenue), lowest_edge});
  }
  for (size_t i = 0; i < descending.size(); ++i) {
    const MicrosSum revenue = descending[i].revenue;
    const auto bin =
        std::prev(std::upper_bound(histogram.begin(), histogram.end(), revenue,
                                   [](MicrosSum value, const Distribution::Bin& candidate) {
                                     return value < candidate.from;
                                   }));
    ++bin->customers;
    if (i < top) ++bin->top_customers;
  }
  return histogram;
}

}  // namespace

Distribution MeasureDistribution(absl::Span<const CustomerTotals> descending, int top_share_bp,
                                 int bins) {
  Distribution result;
  result.customers = static_cast<int64_t>(descending.size());
  if (descending.empty()) return result;
  result.top_customers = std::max<int64_t>(
      1, classes::CountOfShare(result.customers, top_share_bp, ShareRounding::kFloor));
  const auto top = static_cast<size_t>(result.top_customers);
  const struct {
    const char* name;
    Reading read;
    bool money;
  } readings[] = {{"revenue", RevenueNanos, true},
                  {"orders", Orders, false},
                  {"average_order_value", OrderValueNanos, true}};
  for (const auto& reading : readings) {
    result.measures.push_back(Compare(reading.name, descending, top, reading.read, reading.money));
  }
  result.histogram = Histogram(descending, top, bins);
  return result;
}

}  // namespace strata::analytics::insight
