#include "server/analytics/fields/scope.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace strata::analytics::fields {
namespace {

constexpr int64_t kLongestRangeDays = 146'097;  // 400 Gregorian years

absl::StatusOr<Day> ParseScopeDay(absl::string_view text, absl::string_view field, Day fallback) {
  if (text.empty()) return fallback;
  const absl::StatusOr<Day> day = ParseDay(text);
  if (day.ok()) return *day;
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", day.status().message()));
}

}  // namespace

absl::StatusOr<Scope> ResolveScope(image::RevisionPtr revision, absl::string_view as_of,
                                   absl::string_view from, absl::string_view to,
                                   absl::string_view filter, ClassesAt classes_at, StopToken stop) {
  Scope scope;
  const facts::DefaultDay today = facts::DefaultDayOf(*revision);
  STRATA_ASSIGN_OR_RETURN(scope.as_of, ParseScopeDay(as_of, "scope.as_of", today.day));
  if (as_of.empty()) scope.as_of_basis = today.basis;
  STRATA_ASSIGN_OR_RETURN(scope.range.to, ParseScopeDay(to, "scope.range.to", scope.as_of));
  // Without a start of its own the range begins with the first record, but is never empty, nor so
  // long that a stray one of long ago has it refused.
  const Day first = facts::FirstDayOf(*revision);
  const Day earliest = std::max(first, scope.range.to - static_cast<Day>(kLongestRangeDays) + 1);
  const Day start = first == kNoDay ? scope.range.to : std::min(earliest, scope.range.to);
  STRATA_ASSIGN_OR_RETURN(scope.range.from, ParseScopeDay(from, "scope.range.from", start));
  scope.range_given = !from.empty() || !to.empty();
  if (scope.range.to < scope.range.from) {
    return absl::InvalidArgumentError(absl::StrCat(
        to.empty() ? "scope.range.from" : "scope.range.to", ": the range ends on ",
        FormatDay(scope.range.to), ", before it starts on ", FormatDay(scope.range.from)));
  }
  if (scope.range.Days() > kLongestRangeDays) {
    return absl::InvalidArgumentError(
        absl::StrCat("scope.range.to: a range is at most 400 years, this one has ",
                     scope.range.Days(), " days"));
  }
  scope.revision = std::move(revision);
  scope.filter = std::string(filter);
  scope.classes_at = classes_at;
  scope.stop = std::move(stop);
  return scope;
}

}  // namespace strata::analytics::fields
