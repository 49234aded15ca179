#ifndef STRATA_SERVER_ANALYTICS_FIELDS_ANSWER_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_ANSWER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/analytics/fields/field.h"
#include "server/analytics/fields/scope.h"

// What every answer is made of: cells with their intervals, and what it rests on.

namespace strata::analytics::fields {

struct Interval {
  double low = 0, high = 0, level = 0.95;
  std::string method;
};

struct Cell {
  Value value = NullReason::kNoRecords;
  std::optional<Interval> interval;
  int64_t sample_size = 0;  // with an interval
};

struct LeftOut {
  std::string reason;
  int64_t records = 0;
};

// The analytic part of strata.v1.ResultMeta.
struct ResultInfo {
  Day as_of = kNoDay;
  facts::AsOfBasis as_of_basis = facts::AsOfBasis::kRequested;
  facts::FeedSet feeds = facts::FeedSet::All();  // the kinds of record that the answer rests on
  DayRange range;
  std::string filter;  // canonical
  int64_t records_used = 0, customers_used = 0;
  std::vector<LeftOut> left_out;
  bool last_period_complete = true;
  std::vector<std::string> current_values;
  std::vector<std::string> notes;
};

// As of the scope's day, for the rest to be filled in.
ResultInfo InfoAsOf(const Scope& scope);

}  // namespace strata::analytics::fields

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_ANSWER_H_
