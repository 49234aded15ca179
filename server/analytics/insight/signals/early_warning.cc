#include "server/analytics/insight/signals/early_warning.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <tuple>

#include "server/analytics/facts/exposure.h"
#include "server/analytics/facts/ticket.h"
#include "server/analytics/insight/signals/warning_portfolio.h"
#include "server/analytics/stats/combined_p.h"
#include "server/analytics/stats/multiple_testing.h"
#include "server/analytics/stats/ranks.h"
#include "server/analytics/stats/sum.h"
#include "server/analytics/stats/weighted_counts.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

// A month, of an own season's shrinkage. Little: an account that never buys in a month must not be
// expected to, and too little costs power only, since the portfolio's season is tested as well.
constexpr double kOwnPseudoEvents = 0.25;

// With fewer days with purchases no decline of a reasonable size could be told from chance.
constexpr double kLeastOrderDays = 12;

// What an order of each quarter weighs, the last one first.
constexpr std::array<double, WarningFrame::kQuarters> kOrderWeights = {0, 2, 3, 4, 4, 4};

// Parts of a customer's error that may be spent on a sign (WarningList's comment).
constexpr double kFrequencyPart = 0.6, kSilencePart = 0.05, kTogetherPart = 0.2, kOtherPart = 0.15;
constexpr double kLargestKeptP = 0.5;
constexpr double kNamedSign = 0.05;  // signs with a p above are not named beside the first

// What one worker found, and memory that it reuses from customer to customer.
struct alignas(64) Findings {
  std::vector<Warning> candidates;  // customers that may become warnings
  int64_t tests = 0, corrected = 0, beyond_turning = 0;
  std::vector<double> values[2], p_values;
  std::vector<WarningSign> signs;
};

// The part of the error that the sign may take when `others` of the other kinds are tested.
double PartOf(WarningKind kind, size_t others) {
  switch (kind) {
    case WarningKind::kDecliningFrequency:
      return kFrequencyPart;
    case WarningKind::kSilence:
      return kSilencePart;
    default:
      return kOtherPart / static_cast<double>(others);
  }
}

// The tests of one customer.
class Tester {
 public:
  // Customers whose p is above `most_p` are counted and forgotten.
  Tester(const facts::CustomerEvents& events, const WarningFrame& frame,
         const WarningPortfolio& portfolio, int inactivity_days, double most_p, Findings& findings)
      : events_(events),
        frame_(frame),
        portfolio_(portfolio),
        inactivity_days_(inactivity_days),
        most_p_(most_p),
        findings_(findings),
        purchases_(facts::PurchasesOf(events, frame.as_of())) {}

  void Run() {
    if (facts::IsBeyondTurning(events_, purchases_, frame_.as_of(), inactivity_days_)) {
      ++findings_.beyond_turning;
      return;
    }
    findings_.signs.clear();
    TestOrders();
    TestAmountsAndDeliveries();
    TestTickets();
    TestRatings();
    if (findings_.signs.empty()) return;
    ++findings_.tests;
    // Of those whose signs tell of nothing worse, often since the opposite is true, the p-values
    // are above a half; the others', given that, are twice theirs (Zhao, Small and Su 2019, JASA
    // 114).
    const double p = Together() / kLargestKeptP;
    if (p > 1) return;
    ++findings_.corrected;
    if (p > most_p_) return;
    Warning& warning = findings_.candidates.emplace_back();
    warning.slot = events_.slot;
    warning.p = p;
    for (const WarningSign& sign : findings_.signs) {
      if (&sign == &findings_.signs.front() || sign.p <= kNamedSign) warning.signs.push_back(sign);
    }
  }

 private:
  void Add(WarningKind kind, double value, double expected, double p) {
    findings_.signs.push_back({kind, value, expected, p});
  }

  // The p-value of all signs; puts the most telling one first.
  double Together() {
    std::vector<WarningSign>& signs = findings_.signs;
    std::vector<double>& independent = findings_.p_values;
    independent.clear();
    for (const WarningSign& sign : signs) {
      if (sign.kind != WarningKind::kSilence) independent.push_back(sign.p);
    }
    const size_t others = independent.size() - Has(WarningKind::kDecliningFrequency);
    const auto bound = [others](const WarningSign& sign) {
      return sign.p / PartOf(sign.kind, others);
    };
    std::stable_sort(
        signs.begin(), signs.end(),
        [&bound](const WarningSign& a, const WarningSign& b) { return bound(a) < bound(b); });
    double smallest = bound(signs.front()), parts = 0;
    for (const WarningSign& sign : signs) parts += PartOf(sign.kind, others);
    if (independent.size() > 1) {
      smallest = std::min(smallest, stats::FisherP(independent) / kTogetherPart);
      parts += kTogetherPart;
    }
    return std::min(1.0, smallest * parts);
  }

  bool Has(WarningKind kind) const {
    return std::any_of(findings_.signs.begin(), findings_.signs.end(),
                       [kind](const WarningSign& sign) { return sign.kind == kind; });
  }

  // Days with purchases after exposure began: by quarter, and by month of the year for a season of
  // the account's own.
  struct OrderDays {
    Day begins = kNoDay;  // the last day before the exposed part of the 18 months
    std::array<double, WarningFrame::kQuarters> counts{};
    double total = 0;
    std::array<double, 12> last_year{}, year_before{};
  };

  OrderDays CountOrderDays() const {
    OrderDays days;
    days.begins = facts::ExposedAfter(purchases_.first, frame_.history_after());
    ForEachOrderDay(events_, frame_.as_of(), [&](Day day) {
      if (frame_.InSeason(day)) {
        auto& year = day > frame_.earlier_after() ? days.last_year : days.year_before;
        year[frame_.MonthOf(day)] += 1;
      }
      if (day <= days.begins) return;
      size_t q = 0;
      while (day <= frame_.quarters()[q + 1]) ++q;
      days.counts[q] += 1;
      days.total += 1;
    });
    return days;
  }

  // The account's own season: of the two whole years before the last quarter where the history
  // holds them and the earlier one repeats what sets the later one apart, of the later one where it
  // holds no more. nullopt where it does not hold one either, where that year follows the
  // portfolio's season as far as its orders can tell, and where the year before does not repeat it:
  // a decline does not.
  std::optional<Season> OwnSeason(const OrderDays& days) const {
    if (purchases_.first > frame_.earlier_after() || FollowsPortfolio(days)) return std::nullopt;
    const Season later = Season::FromCounts(days.last_year, portfolio_.season, kOwnPseudoEvents);
    if (purchases_.first > frame_.season_after()) return later;
    double gain = 0;  // in log-likelihood of the year before
    for (int month = 1; month <= 12; ++month) {
      gain += days.year_before[static_cast<size_t>(month - 1)] *
              std::log(later.weight(month) / portfolio_.season.weight(month));
    }
    if (!(gain > 0)) return std::nullopt;
    std::array<double, 12> both = days.last_year;
    for (size_t m = 0; m < 12; ++m) both[m] += days.year_before[m];
    return Season::FromCounts(both, portfolio_.season, kOwnPseudoEvents);
  }

  // Pearson's statistic of the twelve months before the last quarter, chi-squared with eleven
  // degrees of freedom, against its 95% point.
  bool FollowsPortfolio(const OrderDays& days) const {
    constexpr double kChiSquared11At95 = 19.67514;
    double total = 0, statistic = 0;
    for (const double count : days.last_year) total += count;
    for (size_t m = 0; m < 12; ++m) {
      const double expected =
          std::max(0.01, total * portfolio_.season.weight(static_cast<int>(m) + 1) / 12);
      statistic += (days.last_year[m] - expected) * (days.last_year[m] - expected) / expected;
    }
    return statistic / portfolio_.dispersion <= kChiSquared11At95;
  }

  struct OrderTests {
    double expected = 0, frequency_p = 1, silence_p = 1;
  };

  OrderTests TestOrdersUnder(const Season& season, const OrderDays& days) const {
    std::array<stats::WeightedCell, WarningFrame::kQuarters> cells;
    double weighed = 0, weighed_exposure = 0;
    for (size_t q = 0; q < cells.size(); ++q) {
      const Day after = std::max(days.begins, frame_.quarters()[q + 1]);
      cells[q] = {days.counts[q] / portfolio_.dispersion,
                  frame_.Exposure(season, after, frame_.quarters()[q]), kOrderWeights[q]};
      weighed += days.counts[q] * kOrderWeights[q];
      weighed_exposure += cells[q].exposure * kOrderWeights[q];
    }
    OrderTests tests;
    if (weighed_exposure > 0) tests.expected = weighed / weighed_exposure * cells[0].exposure;
    tests.frequency_p = stats::HighWeightP(cells, 1 / portfolio_.dispersion);
    const double seen = frame_.Exposure(season, days.begins, purchases_.last);
    const double gap =
        frame_.Exposure(season, std::max(purchases_.last, days.begins), frame_.as_of());
    tests.silence_p = SilenceP(portfolio_, days.total, seen, gap);
    return tests;
  }

  // A warning must hold under the portfolio's season and, where it has one, under the account's
  // own.
  void TestOrders() {
    if (purchases_.first == kNoDay) return;
    const OrderDays days = CountOrderDays();
    if (days.total < kLeastOrderDays) return;
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
    Add(WarningKind::kSilence, frame_.as_of() - purchases_.last,
        static_cast<double>(purchases_.last - days.begins) / days.total, tests.silence_p);
  }

  void TestAmountsAndDeliveries() {
    std::vector<double>(&amounts)[2] = EmptyValues();
    int due[2] = {}, late[2] = {};
    for (const facts::OrderEvent& order : events_.orders) {
      const int window = frame_.WindowOf(order.day);
      if (window < 0 || !facts::IsPurchase(order)) continue;
      amounts[window].push_back(ToDouble(order.amount));
      const facts::Delivery delivery =
          frame_.deliveries().Of(order.day, order.promised_time, order.delivered_time);
      due[window] += delivery == facts::Delivery::kOnTime || delivery == facts::Delivery::kLate;
      late[window] += delivery == facts::Delivery::kLate;
    }
    if (!amounts[0].empty() && amounts[1].size() >= kLeastEarlierEvents) {
      Add(WarningKind::kShrinkingOrders, Mean(amounts[0]), Mean(amounts[1]),
          stats::RankSumTest(amounts[0], amounts[1], stats::Tail::kLess).p);
    }
    AddShareTest(WarningKind::kLateDeliveries, late, due);
  }

  void TestTickets() {
    int opened[2] = {}, decided[2] = {}, breached[2] = {};
    const Day begins = facts::ExposedAfter(facts::FirstSeen(events_, purchases_, frame_.as_of()),
                                           frame_.earlier_after());
    for (const facts::TicketEvent& ticket : events_.tickets) {
      const int window = frame_.WindowOf(ticket.opened_day);
      if (window < 0) continue;
      if (ticket.opened_day > begins) ++opened[window];
      const facts::Sla sla = facts::SlaOf(frame_.seen(), ticket.sla_due_time, ticket.resolved_time);
      decided[window] += sla != facts::Sla::kNotDue;
      breached[window] += sla == facts::Sla::kBreached;
    }
    if (opened[1] >= kLeastEarlierEvents) {
      const Season flat;
      const double recent = frame_.Exposure(flat, frame_.recent_after(), frame_.as_of());
      const double earlier = frame_.Exposure(flat, begins, frame_.recent_after());
      Add(WarningKind::kRisingTickets, opened[0], opened[1] / earlier * recent,
          stats::RisingRateP({static_cast<double>(opened[0]), recent},
                             {static_cast<double>(opened[1]), earlier}));
    }
    AddShareTest(WarningKind::kSlaBreaches, breached, decided);
  }

  void TestRatings() {
    std::vector<double>(&ratings)[2] = EmptyValues();
    for (const facts::TicketEvent& ticket : events_.tickets) {
      if (ticket.csat == 0 || !frame_.seen()(ticket.resolved_time)) continue;
      const int window = frame_.WindowOf(frame_.DayOf(ticket.resolved_time));
      if (window >= 0) ratings[window].push_back(ticket.csat);
    }
    for (const facts::SurveyEvent& survey : events_.surveys) {
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

  const facts::CustomerEvents& events_;
  const WarningFrame& frame_;
  const WarningPortfolio& portfolio_;
  const int inactivity_days_;
  const double most_p_;
  Findings& findings_;
  const facts::Purchases purchases_;
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
  // q is never below p, so that only customers with p at or below the rate can become warnings, and
  // their q depends on nothing of the others but their number.
  const double rate = options.false_discovery_rate;
  const int inactivity_days = revision.settings->inactivity_days;
  std::vector<Findings> parts(ScanWorkers());
  STRATA_RETURN_IF_ERROR(facts::ForEachCustomer(
      revision, stop, [&](size_t worker, const facts::CustomerEvents& events) {
        Tester(events, frame, portfolio, inactivity_days, rate, parts[worker]).Run();
      }));

  WarningList list;
  list.dispersion = portfolio.dispersion;
  list.prior = portfolio.prior;
  std::vector<Warning> candidates;
  int64_t corrected = 0;
  for (Findings& part : parts) {
    corrected += part.corrected;
    list.tests += part.tests;
    list.beyond_turning += part.beyond_turning;
    std::move(part.candidates.begin(), part.candidates.end(), std::back_inserter(candidates));
  }
  std::vector<double> p_values;
  for (const Warning& candidate : candidates) p_values.push_back(candidate.p);
  const std::vector<double> q_values =
      stats::BenjaminiHochberg(p_values, static_cast<size_t>(corrected));
  for (size_t i = 0; i < candidates.size(); ++i) {
    candidates[i].q = q_values[i];
    if (candidates[i].q <= rate) list.warnings.push_back(std::move(candidates[i]));
  }
  std::sort(list.warnings.begin(), list.warnings.end(), [](const Warning& a, const Warning& b) {
    return std::tie(a.q, a.p, a.slot) < std::tie(b.q, b.p, b.slot);
  });
  return list;
}

}  // namespace strata::analytics::insight
