#include "server/analytics/insight/early_warning.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "server/analytics/insight/warning_portfolio.h"
#include "server/analytics/stats/multiple_testing.h"
#include "server/analytics/stats/ranks.h"
#include "server/analytics/stats/sum.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics {
namespace {

// A month, of an own season's shrinkage. Little: an account that never buys in a month must not be
// expected to, and too little costs power only, since the portfolio's season is tested as well.
constexpr double kOwnPseudoEvents = 0.25;

// What one worker found, and memory that it reuses from customer to customer.
struct alignas(64) Findings {
  std::vector<Warning> candidates;  // tests that may become warnings
  int64_t tests = 0, customers = 0;
  std::vector<double> values[2];
};

// The tests of one customer.
class Tester {
 public:
  // Tests whose p is above `most_p` are counted and forgotten.
  Tester(const CustomerEvents& events, const WarningFrame& frame, const WarningPortfolio& portfolio,
         double most_p, Findings& findings)
      : events_(events),
        frame_(frame),
        portfolio_(portfolio),
        most_p_(most_p),
        findings_(findings) {}

  void Run() {
    const int64_t before = findings_.tests;
    TestOrders();
    TestTickets();
    TestRatings();
    findings_.customers += findings_.tests > before;
  }

 private:
  void Add(WarningKind kind, double value, double expected, double p) {
    ++findings_.tests;
    if (p <= most_p_) findings_.candidates.push_back({kind, events_.slot, value, expected, p});
  }

  // Order days of the two windows, and by month of the year for an own season.
  struct OrderDays {
    double counts[2] = {};
    Day first = kNoDay, last = kNoDay;
    std::array<double, 12> two_years{}, one_year{};
  };

  OrderDays CountOrderDays() const {
    OrderDays days;
    ForEachOrderDay(events_, frame_.as_of(), [&](Day day) {
      if (days.first == kNoDay) days.first = day;
      days.last = day;
      const int window = frame_.WindowOf(day);
      if (window >= 0) days.counts[window] += 1;
      if (!frame_.InSeason(day)) return;
      days.two_years[frame_.MonthOf(day)] += 1;
      if (window == 1) days.one_year[frame_.MonthOf(day)] += 1;
    });
    return days;
  }

  // The account's own season: of two whole years before the last quarter where the history holds
  // them, else of the one. nullopt where it does not hold one either, and where the year's orders
  // follow the portfolio's season as far as their number can tell.
  std::optional<Season> OwnSeason(const OrderDays& days) const {
    if (days.first > frame_.earlier_after() || FollowsPortfolio(days)) return std::nullopt;
    return Season::FromCounts(days.first <= frame_.season_after() ? days.two_years : days.one_year,
                              portfolio_.season, kOwnPseudoEvents);
  }

  // Pearson's statistic of the twelve months before the last quarter, chi-squared with eleven
  // degrees of freedom, against its 95% point.
  bool FollowsPortfolio(const OrderDays& days) const {
    constexpr double kChiSquared11At95 = 19.67514;
    double statistic = 0;
    for (size_t m = 0; m < 12; ++m) {
      const double expected =
          std::max(0.01, days.counts[1] * portfolio_.season.weight(static_cast<int>(m) + 1) / 12);
      statistic += (days.one_year[m] - expected) * (days.one_year[m] - expected) / expected;
    }
    return statistic / portfolio_.dispersion <= kChiSquared11At95;
  }

  struct OrderTests {
    double expected = 0, frequency_p = 1, silence_p = 1;
  };

  OrderTests TestOrdersUnder(const Season& season, const OrderDays& days) const {
    const Day earlier_after = std::max(frame_.earlier_after(), days.first - 1);
    const double recent = frame_.Exposure(season, frame_.recent_after(), frame_.as_of());
    const double earlier = frame_.Exposure(season, earlier_after, frame_.recent_after());
    const double seen = frame_.Exposure(season, earlier_after, days.last);
    const double gap = frame_.Exposure(season, days.last, frame_.as_of());
    const double dispersion = portfolio_.dispersion;
    return {days.counts[1] / earlier * recent,
            stats::DecliningRateP({days.counts[0] / dispersion, recent},
                                  {days.counts[1] / dispersion, earlier}),
            stats::SilenceP(portfolio_.prior,
                            {(days.counts[0] + days.counts[1]) / dispersion, seen}, gap)};
  }

  // A warning must hold under the portfolio's season and, where it has one, under the account's
  // own.
  void TestOrders() {
    const OrderDays days = CountOrderDays();
    if (days.counts[1] < kLeastEarlierEvents) return;
    OrderTests tests = TestOrdersUnder(portfolio_.season, days);
    if (const std::optional<Season> own = OwnSeason(days); own.has_value()) {
      const OrderTests under_own = TestOrdersUnder(*own, days);
      if (under_own.frequency_p > tests.frequency_p) {
        tests.expected = under_own.expected;
        tests.frequency_p = under_own.frequency_p;
      }
      tests.silence_p = std::max(tests.silence_p, under_own.silence_p);
    }
    Add(WarningKind::kDecliningFrequency, days.counts[0], tests.expected, tests.frequency_p);
    const Day earlier_after = std::max(frame_.earlier_after(), days.first - 1);
    Add(WarningKind::kSilence, frame_.as_of() - days.last,
        static_cast<double>(days.last - earlier_after) / (days.counts[0] + days.counts[1]),
        tests.silence_p);
    TestAmountsAndDeliveries();
  }

  void TestAmountsAndDeliveries() {
    std::vector<double>(&amounts)[2] = EmptyValues();
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
      const double recent = flat.Exposure(frame_.recent_after(), frame_.as_of());
      const double earlier = flat.Exposure(frame_.earlier_after(), frame_.recent_after());
      Add(WarningKind::kRisingTickets, opened[0], opened[1] / earlier * recent,
          stats::RisingRateP({static_cast<double>(opened[0]), recent},
                             {static_cast<double>(opened[1]), earlier}));
    }
    AddShareTest(WarningKind::kSlaBreaches, breached, decided);
  }

  void TestRatings() {
    std::vector<double>(&ratings)[2] = EmptyValues();
    for (const TicketEvent& ticket : events_.tickets) {
      if (ticket.csat == 0 || !frame_.Known(ticket.resolved_time)) continue;
      const int window = frame_.WindowOf(frame_.DayOf(ticket.resolved_time));
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

  std::vector<double> (&EmptyValues())[2] {
    for (std::vector<double>& values : findings_.values) values.clear();
    return findings_.values;
  }

  const CustomerEvents& events_;
  const WarningFrame& frame_;
  const WarningPortfolio& portfolio_;
  const double most_p_;
  Findings& findings_;
};

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
  const WarningFrame frame(as_of, *revision.calendar);
  STRATA_ASSIGN_OR_RETURN(const WarningPortfolio portfolio,
                          DescribePortfolio(revision, frame, stop));
  // q is never below p, so that only tests with p at or below the rate can become warnings, and
  // their q depends on nothing of the others but their number.
  const double rate = options.false_discovery_rate;
  std::vector<Findings> parts(ScanWorkers());
  STRATA_RETURN_IF_ERROR(
      ForEachCustomer(revision, stop, [&](size_t worker, const CustomerEvents& events) {
        Tester(events, frame, portfolio, rate, parts[worker]).Run();
      }));

  WarningList list;
  list.dispersion = portfolio.dispersion;
  list.prior = portfolio.prior;
  std::vector<Warning> candidates;
  for (const Findings& part : parts) {
    list.tests += part.tests;
    list.customers += part.customers;
    candidates.insert(candidates.end(), part.candidates.begin(), part.candidates.end());
  }
  std::vector<double> p_values;
  for (const Warning& candidate : candidates) p_values.push_back(candidate.p);
  const std::vector<double> q_values =
      stats::BenjaminiHochberg(p_values, static_cast<size_t>(list.tests));
  for (size_t i = 0; i < candidates.size(); ++i) {
    candidates[i].q = q_values[i];
    if (candidates[i].q <= rate) list.warnings.push_back(candidates[i]);
  }
  std::sort(list.warnings.begin(), list.warnings.end(), [](const Warning& a, const Warning& b) {
    return std::tie(a.q, a.p, a.slot, a.kind) < std::tie(b.q, b.p, b.slot, b.kind);
  });
  return list;
}

}  // namespace strata::analytics
