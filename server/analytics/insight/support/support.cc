#include "server/analytics/insight/support/support.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "server/analytics/classes/revenue_order.h"
#include "server/analytics/stats/intervals.h"
#include "server/analytics/stats/multiple_testing.h"
#include "server/analytics/stats/sum.h"

namespace strata::analytics::insight {
namespace {

// A verdict needs so many records of so many customers on either side.
constexpr int64_t kLeastRecords = 10;
constexpr size_t kLeastCustomers = 5;

// Rows of the two groups, in the order of the slots.
struct Split {
  std::vector<const SupportRow*> high, rest;
};

Split SplitRows(const std::vector<SupportRow>& rows, const std::vector<uint8_t>& high) {
  Split split;
  for (const SupportRow& row : rows) (high[row.slot] ? split.high : split.rest).push_back(&row);
  return split;
}

fields::Cell NumberCell(double value, size_t records) {
  fields::Cell cell;
  cell.value = value;
  cell.sample_size = static_cast<int64_t>(records);
  return cell;
}

// A share measured on the rows: its hits and trials by customer.
using CountOf = ClusterCount (*)(const SupportRow&);

std::vector<ClusterCount> CountsOf(const std::vector<const SupportRow*>& rows, CountOf count) {
  std::vector<ClusterCount> counts;
  for (const SupportRow* row : rows) {
    if (const ClusterCount one = count(*row); one.trials > 0) counts.push_back(one);
  }
  return counts;
}

fields::Cell ShareCell(absl::Span<const ClusterCount> counts) {
  const ClusteredShare sum = SumClusters(counts);
  if (sum.trials == 0) return {};
  const auto trials = static_cast<int64_t>(sum.trials);
  fields::Cell cell = NumberCell(sum.share(), static_cast<size_t>(trials));
  const stats::Bounds bounds = stats::Wilson(static_cast<int64_t>(sum.hits), trials);
  cell.interval = fields::Interval{bounds.low, bounds.high, 0.95, "wilson"};
  return cell;
}

SupportMeasure ShareMeasure(const char* kpi, bool higher_is_better, const Split& split,
                            CountOf count) {
  const std::vector<ClusterCount> high = CountsOf(split.high, count);
  const std::vector<ClusterCount> rest = CountsOf(split.rest, count);
  SupportMeasure measure{.kpi = kpi, .higher_is_better = higher_is_better};
  measure.high = ShareCell(high);
  measure.rest = ShareCell(rest);
  const bool enough = std::min(high.size(), rest.size()) >= kLeastCustomers &&
                      std::min(measure.high.sample_size, measure.rest.sample_size) >= kLeastRecords;
  if (enough) measure.comparison = CompareShares(high, rest);
  return measure;
}

using HoursOf = const std::vector<double>& (*)(const SupportRow&);

Clusters HoursBy(const std::vector<const SupportRow*>& rows, HoursOf hours) {
  Clusters clusters;
  for (const SupportRow* row : rows) {
    if (!hours(*row).empty()) clusters.emplace_back(hours(*row));
  }
  return clusters;
}

fields::Cell MedianCell(const Clusters& clusters) {
  const std::vector<double> values = Flattened(clusters);
  if (values.empty()) return {};
  return NumberCell(MedianOf(values), values.size());
}

SupportMeasure MedianMeasure(const char* kpi, const Split& split, HoursOf hours) {
  const Clusters high = HoursBy(split.high, hours), rest = HoursBy(split.rest, hours);
  SupportMeasure measure{.kpi = kpi};
  measure.high = MedianCell(high);
  measure.rest = MedianCell(rest);
  const bool enough = std::min(high.size(), rest.size()) >= kLeastCustomers &&
                      std::min(measure.high.sample_size, measure.rest.sample_size) >= kLeastRecords;
  if (enough) measure.comparison = CompareMedians(high, rest);
  return measure;
}

// Customers without a ticket count as zero.
std::vector<double> TicketCounts(const std::vector<const SupportRow*>& rows, int64_t customers) {
  std::vector<double> counts(static_cast<size_t>(customers), 0.0);
  for (size_t i = 0; i < rows.size(); ++i) counts[i] = rows[i]->tickets;
  return counts;
}

SupportMeasure TicketsMeasure(const Split& split, const SupportGroups& groups) {
  const std::vector<double> high = TicketCounts(split.high, groups.high_customers);
  const std::vector<double> rest = TicketCounts(split.rest, groups.rest_customers);
  SupportMeasure measure{.kpi = "tickets_per_customer"};
  const auto cell = [](const std::vector<double>& counts) {
    if (counts.empty()) return fields::Cell();
    return NumberCell(stats::Sum(counts) / static_cast<double>(counts.size()), counts.size());
  };
  measure.high = cell(high);
  measure.rest = cell(rest);
  const double tickets = stats::Sum(high) + stats::Sum(rest);
  const bool enough = tickets >= static_cast<double>(kLeastRecords) &&
                      std::min(high.size(), rest.size()) >= kLeastCustomers;
  if (enough) measure.comparison = CompareMeans(high, rest);
  return measure;
}

ClusterCount SlaCount(const SupportRow& row) {
  return {static_cast<double>(row.sla_met), static_cast<double>(row.sla_met + row.sla_breached)};
}
ClusterCount CsatCount(const SupportRow& row) {
  return {static_cast<double>(row.good_ratings), static_cast<double>(row.ratings)};
}
ClusterCount EscalationCount(const SupportRow& row) {
  return {static_cast<double>(row.escalated), static_cast<double>(row.tickets)};
}
const std::vector<double>& ResponseHours(const SupportRow& row) { return row.response_hours; }
const std::vector<double>& ResolutionHours(const SupportRow& row) { return row.resolution_hours; }

void SetVerdicts(std::vector<SupportMeasure>& measures) {
  std::vector<double> p_values;
  for (const SupportMeasure& measure : measures) {
    if (measure.comparison.has_value()) p_values.push_back(measure.comparison->p);
  }
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  size_t next = 0;
  for (SupportMeasure& measure : measures) {
    if (!measure.comparison.has_value()) {
      measure.verdict = "not enough data";
      continue;
    }
    measure.q = q_values[next++];
    const double difference = measure.comparison->difference;
    if (measure.q > kSupportFalseDiscoveryRate || difference == 0) {
      measure.verdict = "no clear difference";
    } else {
      measure.verdict = (difference > 0) == measure.higher_is_better ? "better" : "worse";
    }
  }
}

// A promise that is missed decides; one that was not measured leaves the verdict open.
PolicyVerdict VerdictOn(const std::vector<std::optional<bool>>& promises) {
  const auto all = [&promises](auto holds) {
    return std::all_of(promises.begin(), promises.end(), holds);
  };
  if (!all([](std::optional<bool> kept) { return kept.value_or(true); })) {
    return PolicyVerdict::kMissed;
  }
  const bool measured = all([](std::optional<bool> kept) { return kept.has_value(); });
  return measured && !promises.empty() ? PolicyVerdict::kKept : PolicyVerdict::kNoData;
}

TierSupport AssessTier(const TierServicePolicy& policy, const std::vector<const SupportRow*>& rows,
                       Day end) {
  TierSupport tier{.policy = policy};
  const double target = policy.response_target_hours;
  std::vector<double> hours, gaps;
  for (const SupportRow* row : rows) {
    hours.insert(hours.end(), row->response_hours.begin(), row->response_hours.end());
    if (row->contacts > 0) gaps.push_back(row->DaysBetweenContacts(end));
    if (policy.response_target_hours == 0) continue;
    for (const double response : row->response_hours) tier.within += response <= target;
    tier.judged += static_cast<int64_t>(row->response_hours.size());
    for (const double waiting : row->waiting_hours) tier.judged += waiting > target;
  }
  if (!hours.empty()) tier.median_first_response_hours = MedianOf(std::move(hours));
  if (!gaps.empty()) tier.days_between_contacts = MedianOf(gaps);
  std::vector<std::optional<bool>> promises;  // whether each is kept; nullopt: no data
  if (policy.response_target_hours > 0) {
    std::optional<bool>& answers = promises.emplace_back();
    // Where nobody was answered, those who wait for longer than the target tell.
    if (tier.judged > 0) answers = tier.median_first_response_hours.value_or(INFINITY) <= target;
  }
  if (policy.contact_cadence_days > 0) {
    std::optional<bool>& contacts = promises.emplace_back();
    if (!gaps.empty()) contacts = *tier.days_between_contacts <= policy.contact_cadence_days;
  }
  tier.verdict = VerdictOn(promises);
  return tier;
}

std::vector<TierSupport> AssessTiers(const std::vector<SupportRow>& rows,
                                     const SupportGroups& groups,
                                     const std::vector<TierServicePolicy>& policy, Day end) {
  std::vector<TierSupport> tiers;
  for (const TierServicePolicy& promise : policy) {
    std::vector<const SupportRow*> members;
    for (const SupportRow& row : rows) {
      if (groups.tier_names[groups.tiers[row.slot]] == promise.tier) members.push_back(&row);
    }
    tiers.push_back(AssessTier(promise, members, end));
  }
  return tiers;
}

}  // namespace

SupportAssessment MeasureSupport(const std::vector<SupportRow>& rows, const SupportGroups& groups,
                                 const std::vector<TierServicePolicy>& policy, Day end) {
  const Split split = SplitRows(rows, groups.high);
  SupportAssessment result;
  for (const SupportRow& row : rows) {
    result.tickets += row.tickets;
    result.ratings += row.ratings;
  }
  result.measures = {TicketsMeasure(split, groups),
                     ShareMeasure("sla_compliance", true, split, SlaCount),
                     MedianMeasure("median_first_response_hours", split, ResponseHours),
                     MedianMeasure("median_resolution_hours", split, ResolutionHours),
                     ShareMeasure("csat", true, split, CsatCount),
                     ShareMeasure("escalation_rate", false, split, EscalationCount)};
  SetVerdicts(result.measures);
  result.tiers = AssessTiers(rows, groups, policy, end);
  result.neglected = FindNeglected(rows, groups.high, &result.neglect_tests);

  bool judged = false, worse = false;
  for (size_t i = 1; i < result.measures.size(); ++i) {  // 0 is demand
    judged = judged || result.measures[i].comparison.has_value();
    worse = worse || result.measures[i].verdict == "worse";
  }
  result.adequate = judged && !worse;
  if (result.tickets == 0 && result.ratings == 0) {
    result.reason = "no ticket was opened and nothing was rated in the range";
  } else if (!judged) {
    result.reason =
        "too few tickets and ratings for a verdict: a measure takes 10 records of 5 "
        "customers on either side";
  }
  return result;
}

std::vector<uint8_t> HighRevenue(const std::vector<image::Slot>& slots, facts::SumView revenue,
                                 int share_bp, const image::TextList& ids) {
  std::vector<image::Slot> buyers;
  for (const image::Slot slot : slots) {
    if (revenue.held()[slot] > 0) buyers.push_back(slot);
  }
  std::vector<uint8_t> high(revenue.size(), 0);
  if (buyers.empty()) return high;
  const auto count = static_cast<size_t>(std::max<int64_t>(
      1,
      classes::CountOfShare(static_cast<int64_t>(buyers.size()), share_bp, ShareRounding::kFloor)));
  const classes::TopByRevenue top =
      classes::TopByRevenue::Find(buyers, {count}, revenue, ids).front();
  for (const image::Slot slot : buyers) high[slot] = top.Contains(slot, revenue.held()[slot]);
  return high;
}

}  // namespace strata::analytics::insight
