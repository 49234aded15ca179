#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_TRANSITIONS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_TRANSITIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/kpi/query.h"
#include "server/analytics/segment/segments.h"
#include "server/domain/calendar.h"
#include "server/domain/money.h"

// How customers move between the classes of a segment from one date to the next. Each date is
// evaluated as of itself, over what was known then: "tier" on 2004-03-31 ranks the revenue up to
// that day.

namespace strata::analytics::insight {

// In the place of a class: a customer that did not exist yet at the first date (Features::exists:
// created_time, else first event), or not any more at the second. A customer that exists goes on to
// exist, and one that was erased or deleted is at no date of a later revision; so within the one
// revision that is read nobody is GONE, and the rows of a matrix lose nobody.
inline constexpr char kNew[] = "NEW";
inline constexpr char kGone[] = "GONE";

struct TransitionQuery {
  // The filter says who is looked at, the same customers at every date: who exists and matches as
  // of scope.as_of. The range is not looked at.
  fields::Scope scope;
  segment::SegmentInfo segment;  // a filter segment has the classes "in" and "out"
  std::vector<Day> dates;        // ascending, none after scope.as_of
  int movers = 20;               // at most so many a step; 0 is the fastest
};

struct Transitions {
  struct Cell {
    std::string from, to;
    int64_t customers = 0;
    double row_share = 0;          // of the customers of `from`: a row adds to 1
    MicrosSum revenue_change = 0;  // recognised revenue after the first date up to the second
  };
  struct Change {
    std::string field;
    fields::Value before, after;
  };
  struct Mover {
    image::Slot slot = image::kNoSlot;
    std::string from, to;
    // The fields of the segment's rules whose values differ, in the rules' order. None when the
    // customer stood still and others passed it or joined.
    std::vector<Change> changes;
  };
  struct Step {
    Day from = kNoDay, to = kNoDay;
    // Only those with customers: by `from` in the order of the classes, NEW last, then by `to`.
    std::vector<Cell> cells;
    // Customers of both dates whose class changed: the most revenue up to the second date first,
    // ties by customer id.
    std::vector<Mover> movers;
    int64_t stayed = 0, moved = 0;  // of the customers of both dates
  };
  // The segment's, and kNotScored when a customer was without a class at one of the dates.
  std::vector<std::string> classes;
  std::vector<Step> steps;  // one fewer than dates
  fields::ResultInfo info;  // customers_used: of the last date
};

// INVALID_ARGUMENT names "scope.filter".
absl::StatusOr<Transitions> ComputeTransitions(const TransitionQuery& query);

// The last days of the last `quarters` calendar quarters that end at or before `as_of`, ascending;
// without those that end before `first`.
std::vector<Day> LastQuarterEnds(const Calendar& calendar, Day as_of, Day first, int quarters);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_TRANSITIONS_H_
