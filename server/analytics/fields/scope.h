#ifndef STRATA_SERVER_ANALYTICS_FIELDS_SCOPE_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_SCOPE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/analytics/facts/as_of.h"
#include "server/base/stop.h"
#include "server/domain/day.h"
#include "server/image/revision.h"

namespace strata::analytics::fields {

// First and last day, both included.
struct DayRange {
  Day from = kNoDay;
  Day to = kNoDay;

  bool empty() const { return to < from; }
  bool Contains(Day day) const { return day >= from && day <= to; }
  int64_t Days() const { return int64_t{to} - from + 1; }
  friend bool operator==(const DayRange&, const DayRange&) = default;
};

enum class ClassesAt : uint8_t { kAsOf, kPeriodStart };

// What a question is asked of, resolved: every date is set.
struct Scope {
  image::RevisionPtr revision;
  Day as_of = kNoDay;
  facts::AsOfBasis as_of_basis = facts::AsOfBasis::kRequested;
  DayRange range;  // range.to <= as_of is not required: an incomplete period may be asked for
  bool range_given = false;
  std::string filter;
  ClassesAt classes_at = ClassesAt::kAsOf;
  StopToken stop;
};

// Resolves the dates of a request against a revision. Empty text takes the default: as_of that of
// DefaultDayOf, from FirstDayOf (but at most 400 years before the end), to as_of.
// INVALID_ARGUMENT names the field ("scope.as_of", "scope.range.to") for a text that is no date, a
// range that ends before it starts, or one longer than 400 years.
absl::StatusOr<Scope> ResolveScope(image::RevisionPtr revision, absl::string_view as_of,
                                   absl::string_view from, absl::string_view to,
                                   absl::string_view filter, ClassesAt classes_at, StopToken stop);

}  // namespace strata::analytics::fields

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_SCOPE_H_
