#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_PROFILE_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_PROFILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/kpi/query.h"
#include "server/analytics/stats/intervals.h"
#include "server/domain/money.h"

// What sets a segment apart: its customers against all others, or against another segment's.

namespace strata::analytics::insight {

struct ProfileQuery {
  // The filter is the segment. Revenue and orders are those of the range; every field is as of
  // as_of.
  fields::Scope scope;
  std::optional<std::string> against;  // the other segment as a filter; none: all other customers
  // Customer fields that can group. Empty: DefaultProfileFields, without those of which no value is
  // known among these customers and without those of too many values.
  std::vector<std::string> fields;
  std::vector<std::string> crosses;  // "country,gender"
};

struct SegmentProfile {
  struct Group {
    int64_t customers = 0, orders = 0;
    MicrosSum revenue = 0;
    // Of both groups together, an overlap counted once.
    double share_of_customers = 0, share_of_revenue = 0;
  };
  struct ValueShare {
    std::vector<fields::Value> keys;  // one a field; not known is a value like others
    int64_t customers = 0, customers_against = 0;
    // Of the group's customers; without an interval when the group is empty.
    double share = 0, share_against = 0;
    std::optional<stats::Bounds> interval, interval_against;  // Wilson, 95%
    // share / share_against: infinite when only the segment has the value; 0 when there is nobody
    // to compare with.
    double lift = 0;
    double difference = 0;  // share - share_against
    // Chance of so large a difference if the two were samples of one population, adjusted by
    // Benjamini-Hochberg over all values of all dimensions of the answer.
    double p = 1;
    MicrosSum revenue = 0;        // of the segment's customers with this value
    double share_of_revenue = 0;  // of the segment's revenue
  };
  struct Dimension {
    std::vector<std::string> fields;
    // Those that occur in either group, in the order of the fields' values, not known last.
    std::vector<ValueShare> values;
    double distance = 0;  // total variation: half the sum of |difference|, 0..1
  };
  Group segment, against;
  int64_t overlap = 0;                // customers of both
  std::vector<Dimension> dimensions;  // the most distant first, ties in the order of the request
  fields::ResultInfo info;
};

// age_band, family, gender, country, region, industry, tier, loyalty.
std::vector<std::string> DefaultProfileFields();

// A dimension has at most so many values.
inline constexpr size_t kMostProfileValues = 10'000;

// INVALID_ARGUMENT names "scope.filter", "fields[1]" or "crosses[0]": a filter that does not parse,
// a field that is none of customers, cannot group or has too many values.
absl::StatusOr<SegmentProfile> ProfileSegment(const ProfileQuery& query);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_PROFILE_H_
