#include "server/analytics/insight/risk/risk_backtest.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

// A customer-quarter with its scores.
struct Scored {
  double risk = 0, tickets = 0, revenue_drop = 0;
  bool escalated = false;
  int lead_days = 0;
};

std::vector<Scored> ScoreRows(const RiskModel& model, const RiskSnapshot& snapshot) {
  std::vector<Scored> scored;
  for (const RiskRow& row : snapshot.rows) {
    scored.push_back({model.Risk(row.features),
                      row.features[static_cast<size_t>(RiskFeature::kTickets)],
                      -row.features[static_cast<size_t>(RiskFeature::kRevenueTrend)], row.escalated,
                      row.escalated ? row.escalation_day - snapshot.as_of : 0});
  }
  return scored;
}

std::optional<stats::Auc> AucOf(const std::vector<Scored>& scored, double Scored::*score) {
  std::vector<double> cases, controls;
  for (const Scored& row : scored) (row.escalated ? cases : controls).push_back(row.*score);
  return stats::DeLongAuc(cases, controls);
}

// Highest risk first; equal risks keep the order of the customers.
void Rank(std::vector<Scored>& scored) {
  std::stable_sort(scored.begin(), scored.end(),
                   [](const Scored& a, const Scored& b) { return a.risk > b.risk; });
}

int64_t EventsAmong(const std::vector<Scored>& ranked, size_t first) {
  return std::count_if(ranked.begin(),
                       ranked.begin() + static_cast<ptrdiff_t>(std::min(first, ranked.size())),
                       [](const Scored& row) { return row.escalated; });
}

double Ratio(int64_t part, int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

// Hits and places of the first k of every quarter.
struct Hits {
  int64_t hits = 0, places = 0;
};

std::vector<RiskBacktest::Bin> Calibrate(const std::vector<Scored>& ranked) {
  constexpr size_t kBins = 10;
  std::vector<RiskBacktest::Bin> bins;
  for (size_t b = 0; b < kBins; ++b) {
    const size_t begin = ranked.size() * b / kBins, end = ranked.size() * (b + 1) / kBins;
    if (begin == end) continue;
    RiskBacktest::Bin bin;
    for (size_t i = begin; i < end; ++i) {
      bin.predicted += ranked[i].risk;
      bin.observed += ranked[i].escalated;
    }
    bin.customers = static_cast<int64_t>(end - begin);
    bin.predicted /= static_cast<double>(bin.customers);
    bin.observed /= static_cast<double>(bin.customers);
    bins.push_back(bin);
  }
  std::reverse(bins.begin(), bins.end());  // lowest risk first
  return bins;
}

std::string Verdict(const RiskBacktest& result) {
  if (!result.auc.has_value()) {
    return "no verdict: the past quarters hold no escalation, or nothing else";
  }
  const std::string figure = absl::StrFormat("AUC %.3f (95%% interval %.3f to %.3f)",
                                             result.auc->auc, result.auc->low, result.auc->high);
  if (!result.beats_base_rate) return absl::StrCat("does not beat the base rate: ", figure);
  return absl::StrCat("beats the base rate: ", figure);
}

}  // namespace

absl::StatusOr<RiskBacktest> BacktestRisk(const image::Revision& revision, Day as_of, int quarters,
                                          const std::vector<int>& at, const StopToken& stop) {
  // snapshots[i] stands at the end of the i-th last complete quarter before the newest tested one.
  const Calendar& calendar = *revision.calendar;
  const int32_t running = calendar.PeriodOf(PeriodUnit::kQuarter, as_of + 1);
  std::vector<Day> days;
  for (int back = 1; back <= quarters + kTrainingQuarters; ++back) {
    days.push_back(calendar.FirstDay(PeriodUnit::kQuarter, running - back) - 1);
  }
  STRATA_ASSIGN_OR_RETURN(const std::vector<RiskSnapshot> snapshots,
                          TakeTrainingSnapshots(revision, days, as_of, stop));

  RiskBacktest result;
  std::vector<Scored> all;
  std::vector<Hits> hits(at.size());
  std::vector<int> leads;
  for (int back = quarters - 1; back >= 0; --back) {
    if (snapshots[back].rows.empty()) continue;
    // Models learn from a sample of a large portfolio, but are tested on all of it.
    std::vector<RiskSnapshot> whole;
    if (snapshots[back].sampled < 1) {
      STRATA_ASSIGN_OR_RETURN(whole,
                              TakeRiskSnapshots(revision, {snapshots[back].as_of}, as_of, stop));
    }
    const RiskSnapshot& tested = whole.empty() ? snapshots[back] : whole.front();
    std::vector<const RiskSnapshot*> history;
    // The snapshot just before the tested one has its outcome exactly at the tested day.
    for (int i = back + 1; i <= back + kTrainingQuarters; ++i) {
      if (!snapshots[i].rows.empty()) history.push_back(&snapshots[i]);
    }
    BacktestQuarter quarter;
    quarter.start = tested.as_of + 1;
    quarter.model = RiskModel::Train(history);
    std::vector<Scored> ranked = ScoreRows(quarter.model, tested);
    quarter.customers = static_cast<int64_t>(ranked.size());
    quarter.auc = AucOf(ranked, &Scored::risk);
    quarter.auc_tickets = AucOf(ranked, &Scored::tickets);
    quarter.auc_revenue_drop = AucOf(ranked, &Scored::revenue_drop);
    Rank(ranked);
    quarter.events = EventsAmong(ranked, ranked.size());
    for (size_t i = 0; i < at.size() && quarter.events > 0; ++i) {
      const int64_t places = std::min<int64_t>(at[i], quarter.customers);
      const int64_t found = EventsAmong(ranked, static_cast<size_t>(places));
      quarter.precision.push_back({at[i], Ratio(found, places), Ratio(found, quarter.events)});
      hits[i].hits += found;
      hits[i].places += places;
    }
    for (size_t i = 0; !at.empty() && i < std::min<size_t>(at[0], ranked.size()); ++i) {
      if (ranked[i].escalated) leads.push_back(ranked[i].lead_days);
    }
    result.customers += quarter.customers;
    result.events += quarter.events;
    all.insert(all.end(), ranked.begin(), ranked.end());
    result.quarters.push_back(std::move(quarter));
  }

  result.auc = AucOf(all, &Scored::risk);
  result.auc_tickets = AucOf(all, &Scored::tickets);
  result.auc_revenue_drop = AucOf(all, &Scored::revenue_drop);
  result.base_rate = Ratio(result.events, result.customers);
  for (size_t i = 0; i < at.size() && result.events > 0; ++i) {
    result.precision.push_back(
        {at[i], Ratio(hits[i].hits, hits[i].places), Ratio(hits[i].hits, result.events)});
  }
  Rank(all);
  result.calibration = Calibrate(all);
  if (!leads.empty()) {
    std::sort(leads.begin(), leads.end());
    const size_t middle = leads.size() / 2;
    result.median_lead_days =
        leads.size() % 2 == 1 ? leads[middle] : (leads[middle - 1] + leads[middle]) / 2.0;
  }
  result.beats_base_rate = result.auc.has_value() && result.auc->low > 0.5;
  result.verdict = Verdict(result);
  return result;
}

}  // namespace strata::analytics::insight
