#include "server/analytics/insight/emerging.h"

#include <algorithm>
#include <tuple>

#include "server/analytics/insight/customer_events.h"
#include "server/analytics/segment/revenue_order.h"
#include "server/analytics/stats/multiple_testing.h"
#include "server/analytics/stats/trend.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics {
namespace {

constexpr int kMonths = 12;
constexpr int kLeastActiveMonths = 6;
constexpr int kHorizonMonths = 60;
constexpr Day kNever = std::numeric_limits<Day>::max();

// A customer's trailing two years, months ending with as_of's day of the month.
struct YearRow {
  image::Slot slot;
  std::array<double, kMonths> monthly{};  // oldest first
  Micros revenue = 0, previous = 0;
};

std::optional<YearRow> RowOf(const CustomerEvents& events,
                             const std::array<Day, 2 * kMonths + 1>& ends) {
  YearRow row{events.slot};
  for (const OrderEvent& order : events.orders) {
    if (order.day > ends[0]) break;
    if (order.day <= ends[2 * kMonths]) continue;
    if (order.day <= ends[kMonths]) {
      row.previous += order.amount;
      continue;
    }
    int back = 0;
    while (order.day <= ends[static_cast<size_t>(back + 1)]) ++back;
    row.monthly[static_cast<size_t>(kMonths - 1 - back)] += ToDouble(order.amount);
    row.revenue += order.amount;
  }
  if (row.revenue <= 0) return std::nullopt;
  return row;
}

// How the portfolio as a whole ran over the twelve months.
Season PortfolioCourse(const std::vector<YearRow>& rows) {
  std::array<double, 12> totals{};
  for (const YearRow& row : rows) {
    for (size_t m = 0; m < kMonths; ++m) totals[m] += std::max(0.0, row.monthly[m]);
  }
  return Season::FromCounts(totals, Season(), 0);
}

// Months until a trailing year of intercept + slope * i reaches the threshold.
std::optional<int> MonthsToCross(const stats::Trend& trend, double threshold) {
  for (int ahead = 1; ahead <= kHorizonMonths; ++ahead) {
    double year = 0;
    for (int i = ahead; i < ahead + kMonths; ++i) year += trend.intercept + trend.slope * i;
    if (year >= threshold) return ahead;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<EmergingAccounts> FindEmergingAccounts(const image::Revision& revision, Day as_of,
                                                      const EmergingOptions& options,
                                                      const StopToken& stop) {
  std::array<Day, 2 * kMonths + 1> ends;
  for (int back = 0; back <= 2 * kMonths; ++back) {
    ends[static_cast<size_t>(back)] = Calendar::ShiftLastDay(as_of, -back);
  }
  std::vector<std::vector<YearRow>> parts(ScanWorkers());
  STRATA_RETURN_IF_ERROR(
      ForEachCustomer(revision, stop, [&](size_t worker, const CustomerEvents& events) {
        if (const std::optional<YearRow> row = RowOf(events, ends); row.has_value()) {
          parts[worker].push_back(*row);
        }
      }));
  std::vector<YearRow> rows;
  for (std::vector<YearRow>& part : parts) rows.insert(rows.end(), part.begin(), part.end());
  std::sort(rows.begin(), rows.end(),
            [](const YearRow& a, const YearRow& b) { return a.slot < b.slot; });

  EmergingAccounts result;
  if (rows.empty()) return result;
  std::vector<Micros> revenue;
  for (const YearRow& row : rows) revenue.push_back(row.revenue);
  const auto rank =
      revenue.begin() +
      std::max<int64_t>(1, CountOfShare(static_cast<int64_t>(rows.size()),
                                        options.strategic_share_bp, ShareRounding::kFloor)) -
      1;
  std::nth_element(revenue.begin(), rank, revenue.end(), std::greater<>());
  const Micros threshold = *rank;
  result.threshold = ToDouble(threshold);

  const Season course = PortfolioCourse(rows);
  std::vector<EmergingAccount> tested;
  std::vector<stats::Trend> trends;
  std::vector<double> p_values;
  for (const YearRow& row : rows) {
    const auto active = std::count_if(row.monthly.begin(), row.monthly.end(),
                                      [](double amount) { return amount > 0; });
    if (row.revenue >= threshold || active < kLeastActiveMonths) continue;
    std::array<double, kMonths> adjusted = row.monthly;
    for (size_t m = 0; m < kMonths; ++m) {
      const double weight = course.weight(static_cast<int>(m) + 1);
      if (weight > 0) adjusted[m] /= weight;
    }
    const stats::Trend trend = stats::TheilSen(adjusted);
    EmergingAccount account{row.slot, ToDouble(row.revenue), ToDouble(row.previous), trend.slope,
                            trend.p_rising};
    account.to_threshold = result.threshold - account.revenue;
    tested.push_back(account);
    trends.push_back(trend);
    p_values.push_back(trend.p_rising);
  }
  result.tests = static_cast<int64_t>(tested.size());
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  for (size_t i = 0; i < tested.size(); ++i) {
    tested[i].q = q_values[i];
    const bool growing = tested[i].slope > 0 && tested[i].revenue > tested[i].previous_revenue;
    if (!growing || tested[i].q > options.false_discovery_rate) continue;
    if (const std::optional<int> months = MonthsToCross(trends[i], result.threshold)) {
      tested[i].crossing = Calendar::ShiftLastDay(as_of, *months);
    }
    result.accounts.push_back(tested[i]);
  }
  std::sort(result.accounts.begin(), result.accounts.end(),
            [](const EmergingAccount& a, const EmergingAccount& b) {
              return std::make_tuple(a.crossing.value_or(kNever), -a.revenue, a.slot) <
                     std::make_tuple(b.crossing.value_or(kNever), -b.revenue, b.slot);
            });
  return result;
}

}  // namespace strata::analytics
