#include "server/analytics/insight/emerging.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>

#include "absl/types/span.h"
#include "server/analytics/insight/customer_events.h"
#include "server/analytics/segment/revenue_order.h"
#include "server/analytics/stats/multiple_testing.h"
#include "server/analytics/stats/trend.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics {
namespace {

constexpr int kMonths = 12;
constexpr int kTrendMonths = 2 * kMonths;
constexpr int kLeastActiveMonths = 6;  // of the trailing year
constexpr int kHorizonMonths = 60;
constexpr Micros kLeastPartOfThreshold = 10;  // a tenth
constexpr Day kNever = std::numeric_limits<Day>::max();

// A customer's trailing two years, months ending with as_of's day of the month.
struct YearRow {
  image::Slot slot;
  std::array<double, kTrendMonths> monthly{};  // amounts, oldest first
  std::array<float, kTrendMonths> orders{};    // days with orders
  Micros revenue = 0, previous = 0;
  size_t months = kTrendMonths;  // since the first order, a year at least: what the trend is of

  size_t First() const { return kTrendMonths - months; }
  absl::Span<const double> Series() const { return absl::MakeConstSpan(monthly).last(months); }
  int ActiveMonths() const {
    return static_cast<int>(std::count_if(monthly.begin() + kMonths, monthly.end(),
                                          [](double amount) { return amount > 0; }));
  }
};

using MonthEnds = std::array<Day, kTrendMonths + 1>;  // [0] is as_of, [k] lies k months before

std::optional<YearRow> RowOf(const CustomerEvents& events, const MonthEnds& ends) {
  YearRow row{events.slot};
  Day last = kNoDay;
  for (const OrderEvent& order : events.orders) {
    if (order.day > ends[0]) break;
    if (order.day <= ends[kTrendMonths]) continue;
    size_t back = 0;
    while (order.day <= ends[back + 1]) ++back;
    row.monthly[kTrendMonths - 1 - back] += ToDouble(order.amount);
    if (order.day != last) row.orders[kTrendMonths - 1 - back] += 1;
    last = order.day;
    (back < kMonths ? row.revenue : row.previous) += order.amount;
  }
  if (row.revenue <= 0) return std::nullopt;
  // Months before a customer's first order are no months of small orders.
  const Day first = events.orders.front().day;
  while (row.months > kMonths && first > ends[row.months - 1]) --row.months;
  return row;
}

using Course = std::array<double, kTrendMonths>;

// How the portfolio as a whole ran over the months: weights of mean 1.
template <typename T>
Course PortfolioCourse(const std::vector<YearRow>& rows,
                       std::array<T, kTrendMonths> YearRow::*series) {
  Course totals{};
  for (const YearRow& row : rows) {
    for (size_t m = 0; m < kTrendMonths; ++m) {
      totals[m] += std::max(0.0, static_cast<double>((row.*series)[m]));
    }
  }
  const double mean = std::accumulate(totals.begin(), totals.end(), 0.0) / kTrendMonths;
  for (double& total : totals) total = mean > 0 && total > 0 ? total / mean : 1;
  return totals;
}

// Orders of one customer cluster more than chance would have it: Pearson's statistic of its eight
// quarterly counts is chi-squared with seven degrees of freedom when they do not. The median over
// the customers, over that distribution's median; those who grow or leave, a minority, do not move
// it.
double Dispersion(const std::vector<YearRow>& rows, const Course& course) {
  constexpr double kMedianOfChiSquared7 = 6.345811;
  constexpr size_t kQuarters = kTrendMonths / 3;
  const double weight = std::accumulate(course.begin(), course.end(), 0.0);
  std::vector<double> statistics;
  for (const YearRow& row : rows) {
    const double total = std::accumulate(row.orders.begin(), row.orders.end(), 0.0);
    if (row.months < kTrendMonths || total < kQuarters) continue;
    double statistic = 0;
    for (size_t q = 0; q < kQuarters; ++q) {
      double count = 0, expected = 0;
      for (size_t m = 3 * q; m < 3 * q + 3; ++m) {
        count += row.orders[m];
        expected += total * course[m] / weight;
      }
      statistic += (count - expected) * (count - expected) / expected;
    }
    statistics.push_back(statistic);
  }
  if (statistics.empty()) return 1;
  const auto middle = statistics.begin() + static_cast<ptrdiff_t>(statistics.size() / 2);
  std::nth_element(statistics.begin(), middle, statistics.end());
  return std::max(1.0, *middle / kMedianOfChiSquared7);
}

// Laplace's test of a Poisson process for a rising rate (Cox and Lewis 1966, ch. 3), one-sided:
// given their number, the months of the orders are draws with the course's weights; late ones tell
// of growth.
double RisingOrdersP(const YearRow& row, const Course& course, double dispersion) {
  double orders = 0, weight = 0, mean_month = 0, squares = 0, month_of_orders = 0;
  for (size_t m = row.First(); m < kTrendMonths; ++m) {
    const double month = static_cast<double>(m);
    orders += row.orders[m];
    month_of_orders += row.orders[m] * month;
    weight += course[m];
    mean_month += course[m] * month;
    squares += course[m] * month * month;
  }
  mean_month /= weight;
  const double variance = squares / weight - mean_month * mean_month;
  const double z =
      (month_of_orders - orders * mean_month) / std::sqrt(orders * variance * dispersion);
  return 0.5 * std::erfc(z / std::sqrt(2.0));
}

// Theil-Sen slope of the trailing year's amount over the last twelve months: no season is in it,
// and sparse months do not matter.
double YearlySlope(const YearRow& row) {
  std::array<double, kMonths + 1> years{};
  for (size_t i = 0; i <= kMonths; ++i) {
    years[i] = std::accumulate(row.monthly.begin() + i, row.monthly.begin() + i + kMonths, 0.0);
  }
  return stats::TheilSen(years).slope;
}

// Months until the trailing year's amount reaches the threshold.
std::optional<int> MonthsToCross(const EmergingAccount& account) {
  if (account.slope <= 0) return std::nullopt;
  const double months = std::ceil(account.to_threshold / account.slope);
  if (months > kHorizonMonths) return std::nullopt;
  return std::max(1, static_cast<int>(months));
}

// Far below the threshold growth is nobody's business. The filter goes by the sum of both years,
// which tells nothing of when in them the orders lie, so the tests stay valid (Bourgon, Gentleman
// and Huber 2010, PNAS 107).
bool WithinReach(const YearRow& row, Micros threshold) {
  return row.revenue < threshold &&
         row.revenue + row.previous >= 2 * (threshold / kLeastPartOfThreshold) &&
         row.ActiveMonths() >= kLeastActiveMonths;
}

}  // namespace

absl::StatusOr<EmergingAccounts> FindEmergingAccounts(const image::Revision& revision, Day as_of,
                                                      const EmergingOptions& options,
                                                      const StopToken& stop) {
  MonthEnds ends;
  for (int back = 0; back <= kTrendMonths; ++back) {
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

  const Course course = PortfolioCourse(rows, &YearRow::monthly);
  const Course orders_course = PortfolioCourse(rows, &YearRow::orders);
  const double dispersion = Dispersion(rows, orders_course);
  std::vector<EmergingAccount> tested;
  std::vector<double> p_values;
  for (YearRow& row : rows) {
    if (!WithinReach(row, threshold)) continue;
    EmergingAccount account{row.slot, ToDouble(row.revenue), ToDouble(row.previous)};
    account.slope = YearlySlope(row);
    account.to_threshold = result.threshold - account.revenue;
    for (size_t m = 0; m < kTrendMonths; ++m) row.monthly[m] /= course[m];
    // Either may rise; looking twice costs a factor of two (Bonferroni).
    account.p = std::min(1.0, 2 * std::min(stats::TheilSen(row.Series()).p_rising,
                                           RisingOrdersP(row, orders_course, dispersion)));
    tested.push_back(account);
    p_values.push_back(account.p);
  }
  result.tests = static_cast<int64_t>(tested.size());
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  for (size_t i = 0; i < tested.size(); ++i) {
    tested[i].q = q_values[i];
    const bool growing = tested[i].slope > 0 && tested[i].revenue > tested[i].previous_revenue;
    if (!growing || tested[i].q > options.false_discovery_rate) continue;
    if (const std::optional<int> months = MonthsToCross(tested[i])) {
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
