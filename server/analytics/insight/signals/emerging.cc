#include "server/analytics/insight/signals/emerging.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "absl/types/span.h"
#include "server/analytics/facts/customer_events.h"
#include "server/analytics/facts/exposure.h"
#include "server/analytics/insight/signals/growth_shapes.h"
#include "server/analytics/insight/signals/season.h"
#include "server/analytics/insight/signals/strategic_threshold.h"
#include "server/analytics/stats/mixture.h"
#include "server/analytics/stats/trend.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr size_t kYear = 12;
constexpr int kStartUpMonths = 6;
constexpr size_t kMonthsOfCourse = 18;
constexpr int kLeastOrderDays = 8;
constexpr int kHorizonMonths = 60;
constexpr MicrosSum kLeastPartOfThreshold = 10;  // a tenth
constexpr double kSizePseudoOrders = 20;         // a month, of the course of sizes
constexpr double kRisePseudoCustomers = 20;      // of the course's trend
constexpr Day kNever = std::numeric_limits<Day>::max();

using MonthEnds = std::array<Day, kTrendMonths + 1>;  // [0] is as_of, [k] lies k months before

// The trailing two years of a customer, months ending with as_of's day of the month; [0] the
// latest.
struct Row {
  image::Slot slot = image::kNoSlot;
  TrendMonths amounts{};
  std::array<uint8_t, kTrendMonths> days{};  // with purchases
  LogSizes sizes;                            // of the months that count
  MicrosSum revenue = 0, previous = 0;
  size_t exposed = 0;  // whole months since the first purchase
  size_t months = 0;   // of them behind the start-up

  int Days() const { return std::accumulate(days.begin(), days.begin() + months, 0); }
  TrendMonths Counts() const {
    TrendMonths counts{};
    std::copy(days.begin(), days.end(), counts.begin());
    return counts;
  }
};

// Whole months, of the two years, that lie after a day.
size_t MonthsAfter(Day day, const MonthEnds& ends) {
  size_t months = kTrendMonths;
  while (months > 0 && ends[months] < day) --months;
  return months;
}

// A day's purchases together.
struct DayAmount {
  size_t back;  // the month
  double amount;
};

// Fills the row's amounts and days; returns the days with purchases.
std::vector<DayAmount> FillMonths(const facts::CustomerEvents& events, const MonthEnds& ends,
                                  Row& row) {
  std::vector<DayAmount> days;
  Day last = kNoDay;
  for (const facts::OrderEvent& order : events.orders) {
    if (order.day > ends[0]) break;
    if (order.day <= ends[kTrendMonths]) continue;
    size_t back = 0;
    while (order.day <= ends[back + 1]) ++back;
    const double amount = ToDouble(order.amount);
    row.amounts[back] += amount;
    (back < kYear ? row.revenue : row.previous) += order.amount;
    if (!facts::IsPurchase(order)) continue;
    if (order.day != last) {
      ++row.days[back];
      days.push_back({back, 0});
    }
    days.back().amount += amount;
    last = order.day;
  }
  return days;
}

void AddSizes(const std::vector<DayAmount>& days, size_t months, LogSizes& sizes) {
  for (const DayAmount& day : days) {
    if (day.back >= months || !(day.amount > 0)) continue;
    const double log = std::log(day.amount);
    sizes.count[day.back] += 1;
    sizes.sum[day.back] += static_cast<float>(log);
    sizes.squares += log * log;
  }
}

// How the portfolio ran over the months, from each customer's months that count: a season that
// repeats every year, and a trend that half of the customers exceed. Sums over the portfolio would
// bend with the few who leave, decline or grow, and make those who stay look as if they did the
// opposite.
//
// Kept in whole numbers, so that it does not matter which worker saw which customer.
struct Course {
  std::array<int64_t, kYear> days{};  // with purchases, by months back and a year more
  std::array<int64_t, kTrendMonths + 1> days_by_months{};  // of rows that count so many months
  // Logarithms of the amounts of these days, each customer's about its mean, in millionths; and how
  // many of them.
  std::array<int64_t, kTrendMonths> sizes{}, sized{};
  std::vector<double> rises;  // log of the last year's days over those of the year before

  void Add(const Row& row) {
    double n = 0, sum = 0;
    for (size_t back = 0; back < row.months; ++back) {
      days[back % kYear] += row.days[back];
      n += row.sizes.count[back];
      sum += row.sizes.sum[back];
    }
    days_by_months[row.months] += row.Days();
    for (size_t back = 0; n > 0 && back < row.months; ++back) {
      const double beside = row.sizes.sum[back] - row.sizes.count[back] * sum / n;
      sizes[back] += std::llround(beside * kMillion);
      sized[back] += std::llround(row.sizes.count[back]);
    }
    if (row.months < kTrendMonths || row.Days() < kLeastOrderDays) return;
    const double last = std::accumulate(row.days.begin(), row.days.begin() + kYear, 0.5);
    const double before = std::accumulate(row.days.begin() + kYear, row.days.end(), 0.5);
    rises.push_back(std::log(last / before));
  }
  void Add(const Course& other) {
    const auto add = [](auto& to, const auto& from) {
      for (size_t i = 0; i < to.size(); ++i) to[i] += from[i];
    };
    add(days, other.days);
    add(days_by_months, other.days_by_months);
    add(sizes, other.sizes);
    add(sized, other.sized);
    rises.insert(rises.end(), other.rises.begin(), other.rises.end());
  }

  // Of days with purchases: about 1.
  TrendMonths DaysCourse() const {
    const std::vector<double> season = CourseOf(DaysOfYear(), ExpectedDays());
    const double rise = MedianRise();
    TrendMonths course;
    for (size_t back = 0; back < kTrendMonths; ++back) {
      const double years = 1 - (static_cast<double>(back) + 0.5) / kYear;  // from the middle on
      course[back] = season[back % kYear] * std::exp(rise * years);
    }
    return course;
  }
  // Of sizes: the mean logarithm.
  TrendMonths SizesCourse() const {
    TrendMonths course;
    for (size_t back = 0; back < kTrendMonths; ++back) {
      course[back] = static_cast<double>(sizes[back]) / kMillion /
                     (static_cast<double>(sized[back]) + kSizePseudoOrders);
    }
    return course;
  }

 private:
  static constexpr double kMillion = 1e6;

  std::vector<double> DaysOfYear() const { return std::vector<double>(days.begin(), days.end()); }
  // If each customer had bought evenly over the months that count of it.
  std::vector<double> ExpectedDays() const {
    std::vector<double> expected(kYear);
    for (size_t months = 1; months <= kTrendMonths; ++months) {
      const double evenly =
          static_cast<double>(days_by_months[months]) / static_cast<double>(months);
      for (size_t back = 0; back < months; ++back) expected[back % kYear] += evenly;
    }
    return expected;
  }
  // Drawn towards none where few tell of it.
  double MedianRise() const {
    if (rises.empty()) return 0;
    std::vector<double> sorted = rises;
    const auto middle = sorted.begin() + static_cast<ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    const double n = static_cast<double>(sorted.size());
    return *middle * n / (n + kRisePseudoCustomers);
  }
};

// Orders of one customer cluster more than chance would have it: Pearson's statistic of its eight
// quarterly counts is chi-squared with seven degrees of freedom when they do not. The median over
// the customers, over that distribution's median; those who grow or fall, a minority, do not move
// it.
double Dispersion(const std::vector<Row>& rows, const TrendMonths& course) {
  constexpr double kMedianOfChiSquared7 = 6.345811;
  constexpr size_t kQuarters = kTrendMonths / 3;
  const double weight = std::accumulate(course.begin(), course.end(), 0.0);
  std::vector<double> statistics;
  for (const Row& row : rows) {
    const double total = std::accumulate(row.days.begin(), row.days.end(), 0.0);
    if (row.months < kTrendMonths || total < kQuarters) continue;
    double statistic = 0;
    for (size_t q = 0; q < kQuarters; ++q) {
      double count = 0, expected = 0;
      for (size_t m = 3 * q; m < 3 * q + 3; ++m) {
        count += row.days[m];
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

// Theil-Sen slope of the trailing year's amount over the years that lie within the latest `months`:
// no season is in it, and sparse months do not matter.
double YearlySlope(const Row& row, size_t months) {
  std::vector<double> years;
  for (size_t back = months - kYear + 1; back-- > 0;) {
    const auto first = row.amounts.begin() + static_cast<ptrdiff_t>(back);
    years.push_back(std::accumulate(first, first + kYear, 0.0));
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

// Far below the threshold growth is nobody's business. The filter goes by sums of both years, which
// tell nothing of when in them the orders lie.
bool WithinReach(const Row& row, MicrosSum threshold) {
  return row.revenue < threshold &&
         row.revenue + row.previous >= 2 * (threshold / kLeastPartOfThreshold);
}

// What a scan of the facts found.
struct Portfolio {
  std::vector<Row> rows;  // by slot
  TrendMonths days_course, sizes_course;
  MicrosSum threshold = 0;
};

absl::StatusOr<Portfolio> LookAtPortfolio(const image::Revision& revision, const MonthEnds& ends,
                                          int strategic_share_bp, const StopToken& stop) {
  struct alignas(64) Part {
    std::vector<Row> rows;
    Course course;
  };
  const Day as_of = ends[0];
  const int inactivity_days = revision.settings->inactivity_days;
  TrailingYears years;
  std::vector<Part> parts(ScanWorkers());
  STRATA_RETURN_IF_ERROR(facts::ForEachCustomer(
      revision, stop, [&](size_t worker, const facts::CustomerEvents& events) {
        const bool buys = years.Look(worker, events, as_of) > 0;
        const facts::Purchases purchases = facts::PurchasesOf(events, as_of);
        if (!facts::HasHistory(purchases.first, as_of, facts::kMonthsOfHistory) ||
            facts::IsBeyondTurning(events, purchases, as_of, inactivity_days)) {
          return;
        }
        Row row{.slot = events.slot};
        const std::vector<DayAmount> days = FillMonths(events, ends, row);
        row.exposed = MonthsAfter(purchases.first - 1, ends);
        row.months = MonthsAfter(Calendar::AddMonths(purchases.first, kStartUpMonths) - 1, ends);
        AddSizes(days, row.months, row.sizes);
        parts[worker].course.Add(row);
        if (buys && row.Days() >= kLeastOrderDays) parts[worker].rows.push_back(row);
      }));
  Portfolio portfolio;
  Course course;
  for (const Part& part : parts) {
    portfolio.rows.insert(portfolio.rows.end(), part.rows.begin(), part.rows.end());
    course.Add(part.course);
  }
  std::sort(portfolio.rows.begin(), portfolio.rows.end(),
            [](const Row& a, const Row& b) { return a.slot < b.slot; });
  portfolio.days_course = course.DaysCourse();
  portfolio.sizes_course = course.SizesCourse();
  portfolio.threshold = years.Threshold(strategic_share_bp);
  return portfolio;
}

// The sizes less the course that all of them take.
LogSizes AgainstCourse(const LogSizes& sizes, const TrendMonths& course) {
  LogSizes against = sizes;
  for (size_t back = 0; back < kTrendMonths; ++back) {
    const double shift = course[back];
    against.sum[back] -= static_cast<float>(sizes.count[back] * shift);
    against.squares += shift * (shift * sizes.count[back] - 2 * sizes.sum[back]);
  }
  return against;
}

// The chance of each of the rows to grow.
std::vector<double> ChancesToGrow(const Portfolio& portfolio, double dispersion) {
  const std::vector<Row>& rows = portfolio.rows;
  stats::Mixture of_days(GrowthShapes().size()), of_sizes(GrowthShapes().size());
  for (const Row& row : rows) {
    of_days.Add(CountLogLikelihoods(row.Counts(), row.months, portfolio.days_course, dispersion));
    of_sizes.Add(SizeLogLikelihoods(AgainstCourse(row.sizes, portfolio.sizes_course), row.months));
  }
  of_days.Fit();
  of_sizes.Fit();
  std::vector<double> chances;
  for (size_t i = 0; i < rows.size(); ++i) {
    chances.push_back(ChanceOfGrowth(ChancesByGrowth(of_days.ChancesOf(i)),
                                     ChancesByGrowth(of_sizes.ChancesOf(i))));
  }
  return chances;
}

// For each, the mean of it and of all smaller ones: the expected share of wrong ones among those at
// least as sure.
std::vector<double> RunningMeans(const std::vector<double>& wrong) {
  std::vector<size_t> order(wrong.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&wrong](size_t a, size_t b) { return wrong[a] < wrong[b]; });
  std::vector<double> means(wrong.size());
  double sum = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    sum += wrong[order[rank]];
    means[order[rank]] = sum / static_cast<double>(rank + 1);
  }
  return means;
}

EmergingAccount AccountOf(const Row& row, double threshold) {
  EmergingAccount account{row.slot, ToDouble(row.revenue), ToDouble(row.previous)};
  account.has_course = row.months >= kMonthsOfCourse;
  account.slope = YearlySlope(row, account.has_course ? row.months : row.exposed);
  account.to_threshold = threshold - account.revenue;
  return account;
}

}  // namespace

absl::StatusOr<EmergingAccounts> FindEmergingAccounts(const image::Revision& revision, Day as_of,
                                                      const EmergingOptions& options,
                                                      const StopToken& stop) {
  MonthEnds ends;
  for (size_t back = 0; back <= kTrendMonths; ++back) {
    ends[back] = Calendar::ShiftLastDay(as_of, -static_cast<int>(back));
  }
  STRATA_ASSIGN_OR_RETURN(Portfolio portfolio,
                          LookAtPortfolio(revision, ends, options.strategic_share_bp, stop));
  const double dispersion = Dispersion(portfolio.rows, portfolio.days_course);
  std::vector<Row>& tested = portfolio.rows;
  tested.erase(std::remove_if(
                   tested.begin(), tested.end(),
                   [&portfolio](const Row& row) { return !WithinReach(row, portfolio.threshold); }),
               tested.end());

  EmergingAccounts result;
  result.threshold = ToDouble(portfolio.threshold);
  result.tests = static_cast<int64_t>(tested.size());
  std::vector<double> wrong;
  for (const double chance : ChancesToGrow(portfolio, dispersion)) {
    wrong.push_back(std::clamp(1 - chance, 0.0, 1.0));
  }
  const std::vector<double> shares = RunningMeans(wrong);
  for (size_t i = 0; i < tested.size(); ++i) {
    if (shares[i] > options.false_discovery_rate) continue;
    EmergingAccount account = AccountOf(tested[i], result.threshold);
    account.p = wrong[i];
    account.q = shares[i];
    if (!(account.slope > 0) || !(account.revenue > account.previous_revenue)) continue;
    if (const std::optional<int> months = MonthsToCross(account);
        account.has_course && months.has_value()) {
      account.crossing = Calendar::ShiftLastDay(as_of, *months);
    }
    result.accounts.push_back(account);
  }
  std::sort(result.accounts.begin(), result.accounts.end(),
            [](const EmergingAccount& a, const EmergingAccount& b) {
              return std::make_tuple(a.crossing.value_or(kNever), -a.revenue, a.slot) <
                     std::make_tuple(b.crossing.value_or(kNever), -b.revenue, b.slot);
            });
  return result;
}

}  // namespace strata::analytics::insight
