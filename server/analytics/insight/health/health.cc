#include "server/analytics/insight/health/health.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/analytics/facts/exposure.h"
#include "server/analytics/insight/health/health_counts.h"
#include "server/base/status_macros.h"
#include "server/domain/currency.h"

namespace strata::analytics::insight {
namespace {

constexpr double kHealthy = 75;  // the score of a trend that stays as it is
constexpr double kSilentGaps = 4;
constexpr double kShortestGap = 7;
constexpr int64_t kFewestOrdersOfRhythm = 3;
constexpr double kEscalationCost = 30, kOverdueCost = 10, kMoreTicketsCost = 5;
constexpr double kRenewalFloor = 40, kRenewalDays = 180;

// From counts to scores. Each is the form that the header states.
class Scores {
 public:
  Scores(const HealthCounts& counts, const HealthSpans& spans, int inactivity_days)
      : counts_(counts), spans_(spans), inactivity_days_(inactivity_days) {}

  std::optional<double> Recency() const {
    if (counts_.last_order == kNoDay) return std::nullopt;
    const double gap = UsualGap(), silent = Silent();
    return std::clamp(100 * (kSilentGaps * gap - silent) / ((kSilentGaps - 1) * gap), 0.0, 100.0);
  }
  std::optional<double> FrequencyTrend() const {
    if (!HasBaseline()) return std::nullopt;
    const int64_t now = counts_.orders[0], before = counts_.orders[Baseline()];
    if (now == 0 && before == 0) return std::nullopt;
    return Trend(static_cast<double>(now + 1) / static_cast<double>(before + 1));
  }
  std::optional<double> ValueTrend() const {
    const int64_t orders = counts_.orders[Baseline()];
    if (!HasBaseline() || counts_.orders[0] == 0 || orders == 0) return std::nullopt;
    const double before = MeanAmount(Baseline());
    if (before <= 0) return std::nullopt;
    return Trend(std::max(0.0, MeanAmount(0) / before));
  }
  std::optional<double> Sla() const { return Rate(counts_.met, counts_.due); }
  std::optional<double> OnTimeDelivery() const {
    return Rate(counts_.on_time, counts_.delivered_or_overdue);
  }
  std::optional<double> Csat() const { return Rate(counts_.good_ratings, counts_.ratings); }
  std::optional<double> Tickets() const {
    if (!counts_.ever_a_ticket) return std::nullopt;
    const auto more = static_cast<double>(MoreTickets());
    return std::max(0.0, 100 - kEscalationCost * static_cast<double>(counts_.escalations) -
                             kOverdueCost * static_cast<double>(counts_.past_due) -
                             kMoreTicketsCost * more);
  }
  std::optional<double> Renewal() const {
    if (!counts_.in_force) {
      if (counts_.latest_ended == kNoDay || counts_.latest_ended <= spans_.year) {
        return std::nullopt;
      }
      return 0;
    }
    double near = 100;
    if (counts_.earliest_end != kNoDay) {
      const double days = counts_.earliest_end - spans_.as_of;
      near = std::min(100.0, kRenewalFloor + (100 - kRenewalFloor) * days / kRenewalDays);
    }
    if (counts_.value_before <= 0 || counts_.value_now >= counts_.value_before) return near;
    return near * std::max(0.0, ToDouble(counts_.value_now) / ToDouble(counts_.value_before));
  }

  // The figures behind them, for words too.
  double Silent() const {
    return counts_.last_order == kNoDay ? 0 : spans_.as_of - counts_.last_order;
  }
  bool HasRhythm() const { return counts_.orders_of_rhythm >= kFewestOrdersOfRhythm; }
  double UsualGap() const {
    if (!HasRhythm()) return std::max(kShortestGap, inactivity_days_ / kSilentGaps);
    const double days = counts_.last_order - counts_.first_of_rhythm;
    return std::max(kShortestGap, days / static_cast<double>(counts_.orders_of_rhythm - 1));
  }
  bool HasBaseline() const { return facts::HasHistory(counts_.first_order, spans_.as_of, 12); }
  int Baseline() const { return facts::HasHistory(counts_.first_order, spans_.as_of, 18) ? 2 : 1; }
  // The half-year before the last one says something of tickets.
  bool HasTicketBaseline() const { return facts::HasHistory(counts_.first_seen, spans_.as_of, 12); }
  int64_t MoreTickets() const {
    if (!HasTicketBaseline()) return 0;
    return std::max<int64_t>(0, counts_.tickets[0] - counts_.tickets[1]);
  }
  double MeanAmount(int half) const {
    return ToDouble(counts_.amount[half]) / static_cast<double>(counts_.orders[half]);
  }

 private:
  static double Trend(double ratio) { return std::min(100.0, kHealthy * ratio); }
  static std::optional<double> Rate(int64_t good, int64_t all) {
    if (all == 0) return std::nullopt;
    return 100 * static_cast<double>(good + 1) / static_cast<double>(all + 1);
  }

  const HealthCounts& counts_;
  const HealthSpans& spans_;
  const int inactivity_days_;
};

constexpr size_t kComponents = 8;
struct Component {
  const char* name;
  int percent;  // its weight; whole, so that equal scores average to themselves
  std::optional<double> (Scores::*score)() const;
};
constexpr Component kPolicy[kComponents] = {
    {"recency", 15, &Scores::Recency},
    {"frequency_trend", 15, &Scores::FrequencyTrend},
    {"value_trend", 10, &Scores::ValueTrend},
    {"sla", 15, &Scores::Sla},
    {"on_time_delivery", 10, &Scores::OnTimeDelivery},
    {"csat", 15, &Scores::Csat},
    {"tickets", 10, &Scores::Tickets},
    {"renewal", 10, &Scores::Renewal},
};

// Adds up known components.
struct WeightedMean {
  double sum = 0;
  int percent = 0;

  void Add(const std::optional<double>& score, int of) {
    if (!score.has_value()) return;
    sum += *score * of;
    percent += of;
  }
  bool known() const { return percent > 0; }
  double value() const { return sum / percent; }
};

std::string Days(double days) {
  return absl::StrFormat("%.0f day%s", days, std::round(days) == 1 ? "" : "s");
}

std::string Plural(int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string Of(int64_t part, int64_t all, absl::string_view words, absl::string_view none) {
  if (all == 0) return std::string(none);
  return absl::StrCat(part, " of ", all, " ", words);
}

std::string RecencyWords(const HealthCounts& counts, const Scores& scores) {
  if (counts.last_order == kNoDay) return "no order yet";
  const std::string silent = Days(scores.Silent());
  if (!scores.HasRhythm()) {
    return absl::StrCat(silent, " since the last order; too few orders for a rhythm, so ",
                        Days(scores.UsualGap()), " count as usual");
  }
  return absl::StrCat(silent, " since the last order; usually ", Days(scores.UsualGap()),
                      " lie between two");
}

std::string BaselineWords(const Scores& scores) {
  return scores.Baseline() == 2 ? "the same half-year a year ago" : "the half-year before";
}

std::string FrequencyWords(const HealthCounts& counts, const Scores& scores) {
  if (!scores.HasBaseline()) return "a customer for less than a year";
  const int64_t before = counts.orders[scores.Baseline()];
  if (counts.orders[0] == 0 && before == 0) return "no order in either half-year";
  return absl::StrCat(Plural(counts.orders[0], "order"), " in the last half-year against ", before,
                      " in ", BaselineWords(scores));
}

std::string ValueWords(const HealthCounts& counts, const Scores& scores,
                       absl::string_view currency) {
  if (!scores.HasBaseline()) return "a customer for less than a year";
  if (counts.orders[0] == 0 || counts.orders[scores.Baseline()] == 0) {
    return absl::StrCat("no orders in the last half-year or in ", BaselineWords(scores));
  }
  return absl::StrCat("mean order of ", MoneyText(scores.MeanAmount(0), currency),
                      " in the last half-year against ",
                      MoneyText(scores.MeanAmount(scores.Baseline()), currency), " in ",
                      BaselineWords(scores));
}

std::string TicketWords(const HealthCounts& counts, const Scores& scores) {
  if (!counts.ever_a_ticket) return "never opened a ticket";
  const std::string before = scores.HasTicketBaseline()
                                 ? absl::StrCat("against ", counts.tickets[1], " in the one before")
                                 : std::string("of a customer for less than a year");
  return absl::StrCat(Plural(counts.tickets[0], "ticket"), " in the last half-year ", before, "; ",
                      counts.escalations, " escalated, ", counts.past_due, " unresolved past due");
}

std::string RenewalWords(const HealthCounts& counts, const HealthSpans& spans, const Scores& scores,
                         absl::string_view currency) {
  if (!scores.Renewal().has_value()) return "no contract in the last year";
  if (!counts.in_force) {
    return absl::StrCat("no contract in force; the last ended on ", FormatDay(counts.latest_ended));
  }
  std::string words = absl::StrCat(MoneyText(counts.value_now, currency), " a year in force");
  if (counts.value_before > 0) {
    absl::StrAppend(&words, " (", MoneyText(counts.value_before, currency), " a year ago)");
  }
  if (counts.earliest_end == kNoDay) return absl::StrCat(words, ", open-ended");
  return absl::StrCat(words, ", earliest end in ", Days(counts.earliest_end - spans.as_of));
}

std::array<std::string, kComponents> Words(const HealthCounts& counts, const HealthSpans& spans,
                                           const Scores& scores, absl::string_view currency) {
  return {RecencyWords(counts, scores),
          FrequencyWords(counts, scores),
          ValueWords(counts, scores, currency),
          Of(counts.met, counts.due, "due tickets of the last half-year resolved in time",
             "no ticket of the last half-year was due"),
          Of(counts.on_time, counts.delivered_or_overdue,
             "orders of the last half-year delivered when promised",
             "no order of the last half-year was due for delivery"),
          Of(counts.good_ratings, counts.ratings, "ratings of the last half-year are 4 or 5",
             "no rating in the last half-year"),
          TicketWords(counts, scores),
          RenewalWords(counts, spans, scores, currency)};
}

double ScoreFrom(const HealthCounts& counts, const HealthSpans& spans, int inactivity_days) {
  const Scores scores(counts, spans, inactivity_days);
  WeightedMean mean;
  for (const Component& component : kPolicy)
    mean.Add((scores.*component.score)(), component.percent);
  return mean.known() ? mean.value() : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Health HealthFrom(const facts::CustomerEvents& events, Day as_of, const Calendar& calendar,
                  const WorkspaceSettings& settings) {
  const HealthSpans spans(as_of, calendar);
  const HealthCounts counts = CountEvents(events, spans, calendar, settings);
  const Scores scores(counts, spans, settings.inactivity_days);
  std::array<std::string, kComponents> words = Words(counts, spans, scores, settings.currency);
  Health health;
  WeightedMean mean;
  for (size_t i = 0; i < kComponents; ++i) {
    const std::optional<double> score = (scores.*kPolicy[i].score)();
    mean.Add(score, kPolicy[i].percent);
    health.components.push_back(
        {kPolicy[i].name, score, kPolicy[i].percent / 100.0, std::move(words[i])});
  }
  if (mean.known()) health.score = mean.value();
  health.coverage = mean.percent / 100.0;
  return health;
}

absl::StatusOr<Health> HealthOf(const image::Revision& revision, Day as_of, image::Slot slot,
                                const StopToken& stop) {
  // The revision with nothing but the customer's block.
  image::Revision alone = revision;
  alone.blocks = {revision.BlockOf(slot)};
  const WorkspaceSettings& settings = *revision.settings;
  std::optional<Health> health;
  STRATA_RETURN_IF_ERROR(
      facts::ForEachCustomer(alone, stop, [&](size_t, const facts::CustomerEvents& events) {
        if (events.slot == slot) {
          health = HealthFrom(events, as_of, *revision.calendar, settings);
        }
      }));
  if (health.has_value()) return *std::move(health);
  return HealthFrom({}, as_of, *revision.calendar, settings);
}

absl::StatusOr<std::vector<double>> HealthScores(const image::Revision& revision, Day as_of,
                                                 const StopToken& stop) {
  const Calendar& calendar = *revision.calendar;
  const HealthSpans spans(as_of, calendar);
  const WorkspaceSettings& settings = *revision.settings;
  std::vector<double> scores(revision.slots, std::numeric_limits<double>::quiet_NaN());
  STRATA_RETURN_IF_ERROR(
      facts::ForEachCustomer(revision, stop, [&](size_t, const facts::CustomerEvents& events) {
        scores[events.slot] = ScoreFrom(CountEvents(events, spans, calendar, settings), spans,
                                        settings.inactivity_days);
      }));
  return scores;
}

}  // namespace strata::analytics::insight
