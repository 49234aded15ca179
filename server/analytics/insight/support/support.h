#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SUPPORT_SUPPORT_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SUPPORT_SUPPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/analytics/facts/sum_column.h"
#include "server/analytics/insight/support/support_comparison.h"
#include "server/analytics/insight/support/support_facts.h"
#include "server/analytics/kpi/query.h"
#include "server/domain/settings.h"

// Whether high-revenue customers get adequate support. Pure functions of SupportRows.

namespace strata::analytics::insight {

struct SupportGroups {
  std::vector<uint8_t> high;   // by slot: 1 for a high-revenue customer
  int64_t high_customers = 0;  // also those without a SupportRow
  int64_t rest_customers = 0;
  std::vector<std::string> tier_names;
  std::vector<uint32_t> tiers;  // by slot: place in tier_names
};

struct SupportMeasure {
  std::string kpi;  // id in the catalogue, so that `kpi explain` shows where it comes from
  bool higher_is_better = false;
  // Shares carry Wilson's interval; sample_size counts records (tickets, ratings, customers).
  fields::Cell high = {}, rest = {};
  std::optional<SupportDifference> comparison = {};  // high against rest
  double q = 1;  // Benjamini-Hochberg over the measures compared
  // "better", "worse", "no clear difference", "not enough data".
  std::string verdict = {};
};

// From data alone: kKept when everything that is promised was measured and kept (the median
// response within the target, the median customer contacted as often as said), kMissed when
// something was measured and not kept, else kNoData.
enum class PolicyVerdict : uint8_t { kKept, kMissed, kNoData };

// A tier against its policy. nullopt: nothing to measure it from.
struct TierSupport {
  TierServicePolicy policy;
  std::optional<double> median_first_response_hours = {};
  // Of the tickets answered, or waiting for longer than the target. nullopt without a target.
  int64_t within = 0, judged = 0;
  std::optional<double> days_between_contacts = {};  // median over customers
  PolicyVerdict verdict = PolicyVerdict::kNoData;
};

struct NeglectedCustomer {
  image::Slot slot = image::kNoSlot;
  std::vector<std::string> reasons;  // most significant first
};

struct SupportAssessment {
  std::vector<SupportMeasure> measures;
  std::vector<TierSupport> tiers;            // in the order of the policy
  std::vector<NeglectedCustomer> neglected;  // ascending by slot
  int64_t tickets = 0, ratings = 0;
  int64_t neglect_tests = 0;  // that were corrected for
  // At least one measure of service carries a verdict, and none is "worse". Tickets per customer is
  // demand, not service, and has no part in it.
  bool adequate = false;
  std::string reason;  // why the data cannot carry a verdict; else empty
};

inline constexpr double kSupportFalseDiscoveryRate = 0.05;  // of the measures' verdicts
inline constexpr double kNeglectFalseDiscoveryRate = 0.1;   // of the list of the neglected
inline constexpr int kLeastNeglectRecords = 5;              // of a customer to be judged on

// Compares the groups on every measure (each test takes the customer as the unit), the tiers with
// their policies, and every high-revenue customer with what all customers get: more SLAs missed,
// escalations or low ratings than their share among all records (binomial), and answers or
// resolutions that take longer than the median ticket of their priority (sign test), with
// Benjamini-Hochberg over all these tests. `end` is the last day of the range.
SupportAssessment MeasureSupport(const std::vector<SupportRow>& rows, const SupportGroups& groups,
                                 const std::vector<TierServicePolicy>& policy, Day end);

// Only the list of the neglected: what the intervention queue asks.
std::vector<NeglectedCustomer> FindNeglected(const std::vector<SupportRow>& rows,
                                             const std::vector<uint8_t>& high, int64_t* tests);

// The top share (basis points, floor) by revenue of the slots whose revenue is positive, as a flag
// a slot.
std::vector<uint8_t> HighRevenue(const std::vector<image::Slot>& slots, facts::SumView revenue,
                                 int share_bp, const image::TextList& ids);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SUPPORT_SUPPORT_H_
