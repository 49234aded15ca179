#include "server/analytics/insight/early_warning.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

#include "server/analytics/stats/multiple_testing.h"
#include "server/analytics/stats/ranks.h"
#include "server/analytics/stats/sum.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics {
namespace {

constexpr int kLeastEarlierEvents = 4;
constexpr double kSeasonPseudoEvents = 1;  // a month, of the own season's shrinkage
constexpr int kOwnSeasonYears = 2;

// The days that every test speaks of, and which instants are known.
struct Frame {
  Day as_of, recent_after, earlier_after;  // recent: (recent_after, as_of]
  Day season_after;                        // whole years up to recent_after
  Millis cutoff;
  const Calendar& calendar;

  Frame(Day day, const Calendar& c)
      : as_of(day),
        recent_after(Calendar::ShiftLastDay(day, -3)),
        earlier_after(Calendar::ShiftLastDay(day, -15)),
        season_after(Calendar::ShiftLastDay(day, -3 - 12 * kOwnSeasonYears)),
        cutoff(c.StartOf(day + 1)),
        calendar(c) {}

  bool Known(Millis time) const { return time != kNoTime && time < cutoff; }
  // 0 the last quarter, 1 the year before it, -1 neither.
  int WindowOf(Day day) const {
    if (day > as_of || day <= earlier_after) return -1;
    return day > recent_after ? 0 : 1;
  }
};

// First pass: what the portfolio is like. A row a customer, in the order of their slots.
struct PortfolioRow {
  image::Slot slot;
  std::array<float, 12> by_month;  // orders of the whole years before the last quarter
  float earlier[4];                // orders of the four quarters before the last one
};

// Orders of one day and another are one purchase decision: days with orders are counted, not
// orders.
template <typename Visit>
void ForEachOrderDay(const CustomerEvents& events, Day as_of, Visit visit) {
  Day last = kNoDay;
  for (const OrderEvent& order : events.orders) {
    if (order.day > as_of) break;
    if (order.day == last) continue;
    last = order.day;
    visit(order.day);
  }
}

PortfolioRow RowOf(const CustomerEvents& events, const Frame& frame, const Day (&quarters)[5]) {
  PortfolioRow row{events.slot, {}, {}};
  ForEachOrderDay(events, frame.recent_after, [&](Day day) {
    if (day > frame.season_after) {
      row.by_month[static_cast<size_t>(CivilFromDay(day).month - 1)] += 1;
    }
    for (int q = 0; q < 4; ++q) {
      if (day > quarters[q + 1] && day <= quarters[q]) row.earlier[q] += 1;
    }
  });
  return row;
}

struct Portfolio {
  Season season;
  double dispersion = 1;
  stats::GammaPrior prior;
};

// Pearson's statistic of each customer's four quarterly counts against its own mean is chi-squared
// with three degrees of freedom when counts are Poisson. The dispersion is the median statistic
// over that distribution's median: accounts with a season of their own, a minority, do not move it.
double Dispersion(const std::vector<PortfolioRow>& rows, const double (&exposure)[4]) {
  constexpr double kMedianOfChiSquared3 = 2.365974;
  const double year = exposure[0] + exposure[1] + exposure[2] + exposure[3];
  std::vector<double> statistics;
  for (const PortfolioRow& row : rows) {
    const double total = row.earlier[0] + row.earlier[1] + row.earlier[2] + row.earlier[3];
    if (total < kLeastEarlierEvents) continue;
    double statistic = 0;
    for (int q = 0; q < 4; ++q) {
      const double expected = total * exposure[q] / year;
      statistic += (row.earlier[q] - expected) * (row.earlier[q] - expected) / expected;
    }
    statistics.push_back(statistic);
  }
  if (statistics.empty()) return 1;
  const auto middle = statistics.begin() + static_cast<ptrdiff_t>(statistics.size() / 2);
  std::nth_element(statistics.begin(), middle, statistics.end());
  return std::max(1.0, *middle / kMedianOfChiSquared3);
}

Portfolio Describe(const std::vector<PortfolioRow>& rows, const Day (&quarters)[5]) {
  Portfolio portfolio;
  std::array<double, 12> by_month{};
  for (const PortfolioRow& row : rows) {
    for (size_t m = 0; m < 12; ++m) by_month[m] += row.by_month[m];
  }
  portfolio.season = Season::FromCounts(by_month, Season(), kSeasonPseudoEvents);
  double exposure[4];
  for (int q = 0; q < 4; ++q) {
    exposure[q] = portfolio.season.Exposure(quarters[q + 1], quarters[q]);
  }
  portfolio.dispersion = Dispersion(rows, exposure);
  std::vector<stats::Count> counts;
  for (const PortfolioRow& row : rows) {
    const double total = row.earlier[0] + row.earlier[1] + row.earlier[2] + row.earlier[3];
    if (total > 0) {
      counts.push_back(
          {total / portfolio.dispersion, exposure[0] + exposure[1] + exposure[2] + exposure[3]});
    }
  }
  portfolio.prior = stats::FitGammaPrior(counts);
  return portfolio;
}

// Second pass: the tests of one customer.
class Tester {
 public:
  Tester(const CustomerEvents& events, const Frame& frame, const Portfolio& portfolio,
         std::vector<Warning>& tests)
      : events_(events), frame_(frame), portfolio_(portfolio), tests_(tests) {}

  void Run() {
    TestOrders();
    TestTickets();
    TestRatings();
  }

 private:
  void Add(WarningKind kind, double value, double expected, double p) {
    tests_.push_back({kind, events_.slot, value, expected, p});
  }

  Season OwnSeason(Day first) const {
    if (first == kNoDay || first > frame_.season_after) return portfolio_.season;
    std::array<double, 12> by_month{};
    ForEachOrderDay(events_, frame_.recent_after, [&](Day day) {
      if (day > frame_.season_after) {
        by_month[static_cast<size_t>(CivilFromDay(day).month - 1)] += 1;
      }
    });
    return Season::FromCounts(by_month, portfolio_.season, kSeasonPseudoEvents);
  }

  void TestOrders() {
    double counts[2] = {};
    Day first = kNoDay, last = kNoDay;
    ForEachOrderDay(events_, frame_.as_of, [&](Day day) {
      if (first == kNoDay) first = day;
      last = day;
      if (const int window = frame_.WindowOf(day); window >= 0) counts[window] += 1;
    });
    if (counts[1] < kLeastEarlierEvents) return;
    const Season season = OwnSeason(first);
    const Day earlier_after = std::max(frame_.earlier_after, first - 1);
    const double recent_exposure = season.Exposure(frame_.recent_after, frame_.as_of);
    const double earlier_exposure = season.Exposure(earlier_after, frame_.recent_after);
    const stats::Count recent{counts[0] / portfolio_.dispersion, recent_exposure};
    const stats::Count earlier{counts[1] / portfolio_.dispersion, earlier_exposure};
    Add(WarningKind::kDecliningFrequency, counts[0], counts[1] / earlier_exposure * recent_exposure,
        stats::DecliningRateP(recent, earlier));

    const double seen = season.Exposure(earlier_after, last);
    const double gap = season.Exposure(last, frame_.as_of);
    const double all = (counts[0] + counts[1]) / portfolio_.dispersion;
    Add(WarningKind::kSilence, frame_.as_of - last,
        static_cast<double>(last - earlier_after) / (counts[0] + counts[1]),
        stats::SilenceP(portfolio_.prior, {all, seen}, gap));
    TestAmountsAndDeliveries();
  }

  void TestAmountsAndDeliveries() {
    std::vector<double> amounts[2];
    int due[2] = {}, late[2] = {};
    for (const OrderEvent& order : events_.orders) {
      const int window = frame_.WindowOf(order.day);
      if (window < 0) continue;
      amounts[window].push_back(ToDouble(order.amount));
      if (order.promised_time == kNoTime) continue;
      const bool delivered = frame_.Known(order.delivered_time);
      if (!delivered && !frame_.Known(order.promised_time)) continue;
      ++due[window];
      if (!delivered || order.delivered_time > order.promised_time) ++late[window];
    }
    if (!amounts[0].empty()) {
      Add(WarningKind::kShrinkingOrders, Mean(amounts[0]), Mean(amounts[1]),
          stats::RankSumTest(amounts[0], amounts[1], stats::Tail::kLess).p);
    }
    AddShareTest(WarningKind::kLateDeliveries, late, due);
  }

  void TestTickets() {
    int opened[2] = {}, decided[2] = {}, breached[2] = {};
    for (const TicketEvent& ticket : events_.tickets) {
      const int window = frame_.WindowOf(ticket.opened_day);
      if (window < 0) continue;
      ++opened[window];
      if (ticket.sla_due_time == kNoTime) continue;
      const bool resolved = frame_.Known(ticket.resolved_time);
      if (!resolved && !frame_.Known(ticket.sla_due_time)) continue;
      ++decided[window];
      if (!resolved || ticket.resolved_time > ticket.sla_due_time) ++breached[window];
    }
    if (opened[1] >= kLeastEarlierEvents) {
      const Season flat;
      const double recent = flat.Exposure(frame_.recent_after, frame_.as_of);
      const double earlier = flat.Exposure(frame_.earlier_after, frame_.recent_after);
      Add(WarningKind::kRisingTickets, opened[0], opened[1] / earlier * recent,
          stats::RisingRateP({static_cast<double>(opened[0]), recent},
                             {static_cast<double>(opened[1]), earlier}));
    }
    AddShareTest(WarningKind::kSlaBreaches, breached, decided);
  }

  void TestRatings() {
    std::vector<double> ratings[2];
    for (const TicketEvent& ticket : events_.tickets) {
      if (ticket.csat == 0 || !frame_.Known(ticket.resolved_time)) continue;
      const int window = frame_.WindowOf(frame_.calendar.DayOf(ticket.resolved_time));
      if (window >= 0) ratings[window].push_back(ticket.csat);
    }
    for (const SurveyEvent& survey : events_.surveys) {
      const int window = frame_.WindowOf(survey.day);
      if (survey.kind == SurveyKind::kCsat && window >= 0) ratings[window].push_back(survey.score);
    }
    if (ratings[0].empty() || ratings[1].size() < kLeastEarlierEvents) return;
    Add(WarningKind::kLowerRatings, Mean(ratings[0]), Mean(ratings[1]),
        stats::RankSumTest(ratings[0], ratings[1], stats::Tail::kLess).p);
  }

  void AddShareTest(WarningKind kind, const int (&bad)[2], const int (&all)[2]) {
    if (all[0] == 0 || all[1] < kLeastEarlierEvents) return;
    Add(kind, static_cast<double>(bad[0]) / all[0], static_cast<double>(bad[1]) / all[1],
        stats::RisingShareP(bad[0], all[0], bad[1], all[1]));
  }

  static double Mean(const std::vector<double>& values) {
    return stats::Sum(values) / static_cast<double>(values.size());
  }

  const CustomerEvents& events_;
  const Frame& frame_;
  const Portfolio& portfolio_;
  std::vector<Warning>& tests_;
};

template <typename Row, typename Before>
std::vector<Row> Joined(std::vector<std::vector<Row>>& parts, Before before) {
  std::vector<Row> all;
  for (std::vector<Row>& part : parts) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end(), before);
  return all;
}

}  // namespace

absl::string_view NameOf(WarningKind kind) {
  switch (kind) {
    case WarningKind::kDecliningFrequency:
      return "declining order frequency";
    case WarningKind::kSilence:
      return "silence";
    case WarningKind::kShrinkingOrders:
      return "shrinking order value";
    case WarningKind::kRisingTickets:
      return "rising ticket rate";
    case WarningKind::kSlaBreaches:
      return "more SLA breaches";
    case WarningKind::kLowerRatings:
      return "lower ratings";
    case WarningKind::kLateDeliveries:
      return "more late deliveries";
  }
  return "";
}

absl::StatusOr<WarningList> FindEarlyWarnings(const image::Revision& revision, Day as_of,
                                              const WarningOptions& options,
                                              const StopToken& stop) {
  const Frame frame(as_of, *revision.calendar);
  Day quarters[5];
  for (int q = 0; q < 5; ++q) quarters[q] = Calendar::ShiftLastDay(as_of, -3 - 3 * q);

  std::vector<std::vector<PortfolioRow>> row_parts(ScanWorkers());
  STRATA_RETURN_IF_ERROR(
      ForEachCustomer(revision, stop, [&](size_t worker, const CustomerEvents& events) {
        if (!events.orders.empty()) row_parts[worker].push_back(RowOf(events, frame, quarters));
      }));
  const std::vector<PortfolioRow> rows = Joined(
      row_parts, [](const PortfolioRow& a, const PortfolioRow& b) { return a.slot < b.slot; });
  const Portfolio portfolio = Describe(rows, quarters);

  std::vector<std::vector<Warning>> test_parts(ScanWorkers());
  STRATA_RETURN_IF_ERROR(
      ForEachCustomer(revision, stop, [&](size_t worker, const CustomerEvents& events) {
        Tester(events, frame, portfolio, test_parts[worker]).Run();
      }));
  std::vector<Warning> tests = Joined(test_parts, [](const Warning& a, const Warning& b) {
    return std::tie(a.slot, a.kind) < std::tie(b.slot, b.kind);
  });

  WarningList list;
  list.tests = static_cast<int64_t>(tests.size());
  list.dispersion = portfolio.dispersion;
  list.prior = portfolio.prior;
  std::vector<double> p_values;
  for (size_t i = 0; i < tests.size(); ++i) {
    p_values.push_back(tests[i].p);
    if (i == 0 || tests[i].slot != tests[i - 1].slot) ++list.customers;
  }
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  for (size_t i = 0; i < tests.size(); ++i) {
    tests[i].q = q_values[i];
    if (tests[i].q <= options.false_discovery_rate) list.warnings.push_back(tests[i]);
  }
  std::sort(list.warnings.begin(), list.warnings.end(), [](const Warning& a, const Warning& b) {
    return std::tie(a.q, a.p, a.slot, a.kind) < std::tie(b.q, b.p, b.slot, b.kind);
  });
  return list;
}

}  // namespace strata::analytics
