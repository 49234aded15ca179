#include "server/analytics/insight/signals/warning_portfolio.h"

#include <algorithm>
#include <numeric>

#include "server/analytics/facts/spare_columns.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr int kOwnSeasonYears = 2;

// Days with orders of the four quarters before the last one; a quarter has at most 92 days.
using QuarterCounts = std::array<uint8_t, 4>;

double Total(const QuarterCounts& counts) { return counts[0] + counts[1] + counts[2] + counts[3]; }

// Pearson's statistic of each customer's four quarterly counts against its own mean is chi-squared
// with three degrees of freedom when counts are Poisson. The dispersion is the median statistic
// over that distribution's median: accounts with a season of their own, a minority, do not move it.
double Dispersion(const std::vector<QuarterCounts>& rows, const std::array<double, 4>& exposure,
                  double year) {
  constexpr double kMedianOfChiSquared3 = 2.365974;
  std::vector<double> statistics = facts::TakeColumn<double>(rows.size());
  size_t n = 0;
  for (const QuarterCounts& counts : rows) {
    const double total = Total(counts);
    if (total < kLeastEarlierEvents) continue;
    double statistic = 0;
    for (size_t q = 0; q < 4; ++q) {
      const double expected = total * exposure[q] / year;
      statistic += (counts[q] - expected) * (counts[q] - expected) / expected;
    }
    statistics[n++] = statistic;
  }
  double dispersion = 1;
  if (n > 0) {
    const auto middle = statistics.begin() + static_cast<ptrdiff_t>(n / 2);
    std::nth_element(statistics.begin(), middle, statistics.begin() + static_cast<ptrdiff_t>(n));
    dispersion = std::max(1.0, *middle / kMedianOfChiSquared3);
  }
  facts::GiveColumn(statistics);
  return dispersion;
}

Season SeasonFrom(const std::array<double, 12>& by_month) {
  std::array<double, 12> even, course;
  even.fill(std::accumulate(by_month.begin(), by_month.end(), 0.0) / 12);
  const std::vector<double> drawn = CourseOf(by_month, even);
  std::copy(drawn.begin(), drawn.end(), course.begin());
  return Season::FromCounts(course, Season(), 0);
}

WarningPortfolio Describe(const std::vector<QuarterCounts>& rows,
                          const std::array<double, 12>& by_month, const WarningFrame& frame) {
  WarningPortfolio portfolio;
  portfolio.season = SeasonFrom(by_month);
  std::array<double, 4> exposure;
  for (size_t q = 0; q < 4; ++q) {
    exposure[q] = portfolio.season.Exposure(frame.quarters()[q + 2], frame.quarters()[q + 1]);
  }
  const double year = exposure[0] + exposure[1] + exposure[2] + exposure[3];
  portfolio.dispersion = Dispersion(rows, exposure, year);
  std::vector<stats::Count> counts = facts::TakeColumn<stats::Count>(rows.size());
  size_t n = 0;
  for (const QuarterCounts& row : rows) {
    const double total = Total(row);
    if (total > 0) counts[n++] = {total / portfolio.dispersion, year};
  }
  portfolio.prior = stats::FitGammaPrior(absl::MakeConstSpan(counts.data(), n));
  facts::GiveColumn(counts);
  return portfolio;
}

}  // namespace

WarningFrame::WarningFrame(Day as_of, const Calendar& calendar)
    : season_after_(Calendar::ShiftLastDay(as_of, -3 - 12 * kOwnSeasonYears)),
      seen_(calendar, as_of),
      calendar_(calendar),
      deliveries_(calendar, as_of) {
  for (size_t q = 0; q <= kQuarters; ++q) {
    quarters_[q] = Calendar::ShiftLastDay(as_of, -3 * static_cast<int>(q));
  }
  for (Day day = season_after_; day <= recent_after(); ++day) {
    month_of_day_.push_back(static_cast<uint8_t>(CivilFromDay(day).month - 1));
  }
  Months until{};
  months_until_.push_back(until);
  for (Day day = history_after() + 1; day <= as_of; ++day) {
    const CivilDay civil = CivilFromDay(day);
    const Day first = day - (civil.day - 1);
    until[static_cast<size_t>(civil.month - 1)] +=
        1.0 / static_cast<double>(Calendar::AddMonths(first, 1) - first);
    months_until_.push_back(until);
  }
}

double WarningFrame::Exposure(const Season& season, Day after, Day until) const {
  if (until <= after) return 0;
  const Months& from = months_until_[static_cast<size_t>(after - history_after())];
  const Months& to = months_until_[static_cast<size_t>(until - history_after())];
  double exposure = 0;
  for (size_t m = 0; m < 12; ++m) {
    exposure += season.weight(static_cast<int>(m) + 1) * (to[m] - from[m]);
  }
  return exposure;
}

double SilenceP(const WarningPortfolio& portfolio, double days, double seen, double gap) {
  const stats::Count before = {(days - 1) / portfolio.dispersion, seen};
  const stats::Count all = {days / portfolio.dispersion, seen};
  return std::max(stats::SilenceP(portfolio.prior, before, gap),
                  stats::SilenceP(stats::GammaPrior(), all, gap));
}

absl::StatusOr<WarningPortfolio> DescribePortfolio(const image::Revision& revision,
                                                   const WarningFrame& frame,
                                                   const StopToken& stop) {
  // Customers who were not there for the year keep counts of zero, which nothing looks at.
  std::vector<QuarterCounts> rows = facts::TakeColumn<QuarterCounts>(revision.slots);
  std::fill(rows.begin(), rows.end(), QuarterCounts{});
  struct alignas(64) MonthCounts {
    std::array<int64_t, 12> counts{};
  };
  std::vector<MonthCounts> by_month(ScanWorkers());
  const int inactivity_days = revision.settings->inactivity_days;
  STRATA_RETURN_IF_ERROR(facts::ForEachCustomer(
      revision, stop, [&](size_t worker, const facts::CustomerEvents& events) {
        const facts::Purchases purchases = facts::PurchasesOf(events, frame.as_of());
        if (purchases.first == kNoDay) return;
        const bool last_year =
            purchases.first <= frame.earlier_after() &&
            !facts::IsBeyondTurning(events, purchases, frame.as_of(), inactivity_days);
        const bool year_before =
            purchases.first <= frame.season_after() && purchases.last > frame.earlier_after();
        if (!last_year && !year_before) return;
        std::array<int64_t, 12>& months = by_month[worker].counts;
        QuarterCounts& quarters = rows[events.slot];
        ForEachOrderDay(events, frame.recent_after(), [&](Day day) {
          if (day <= frame.season_after()) return;
          if (day <= frame.earlier_after()) {
            if (year_before) ++months[frame.MonthOf(day)];
            return;
          }
          if (!last_year) return;
          ++months[frame.MonthOf(day)];
          size_t q = 0;
          while (day <= frame.quarters()[q + 2]) ++q;
          ++quarters[q];
        });
      }));
  std::array<double, 12> sums{};
  for (const MonthCounts& part : by_month) {
    for (size_t m = 0; m < 12; ++m) sums[m] += static_cast<double>(part.counts[m]);
  }
  const WarningPortfolio portfolio = Describe(rows, sums, frame);
  facts::GiveColumn(rows);
  return portfolio;
}

}  // namespace strata::analytics::insight
