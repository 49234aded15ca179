#include "server/analytics/facts/as_of.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace strata::analytics::facts {
namespace {

using image::Feed;
using image::FeedDays;

// Below this a kind of record is merely rare.
constexpr Day kLagDays = 32;

bool IsEvent(Feed feed) {
  return feed == Feed::kOrders || feed == Feed::kTickets || feed == Feed::kSurveys;
}

const char* NameOf(Feed feed) {
  switch (feed) {
    case Feed::kOrders:
      return "order";
    case Feed::kTickets:
      return "ticket";
    case Feed::kSurveys:
      return "survey";
    case Feed::kContracts:
      return "contract";
    case Feed::kCustomers:
      return "customer";
  }
  return "record";
}

// "49 years", "275 days".
std::string Span(Day days) {
  constexpr Day kTwoYears = 731;
  constexpr double kDaysAYear = 365.2425;
  if (days < kTwoYears) return absl::StrCat(days, days == 1 ? " day" : " days");
  return absl::StrCat(static_cast<int>(days / kDaysAYear), " years");
}

// "the first order is of 1970-01-01", "3 orders are of 1900-01-01 to 1970-01-01".
std::string Strays(Feed feed, const char* end, int64_t records, Day from, Day to) {
  if (records == 1) return absl::StrCat("the ", end, " ", NameOf(feed), " is of ", FormatDay(from));
  const std::string days =
      from == to ? FormatDay(from) : absl::StrCat(FormatDay(from), " to ", FormatDay(to));
  return absl::StrCat(records, " ", NameOf(feed), "s are of ", days);
}

void AddNotes(Feed feed, const FeedDays& days, Day as_of, std::vector<std::string>* notes) {
  if (days.records == 0) return;
  if (days.early > 0 && as_of >= days.early_next) {
    notes->push_back(absl::StrCat(Strays(feed, "first", days.early, days.first, days.early_last),
                                  ", ", Span(days.early_next - days.early_last), " before ",
                                  days.early == 1 ? "the next" : "all others", " (",
                                  FormatDay(days.early_next), ")"));
  }
  if (!IsEvent(feed)) return;
  if (days.late > 0 && as_of >= days.late_first) {
    notes->push_back(absl::StrCat(Strays(feed, "last", days.late, days.late_first, days.last), ", ",
                                  Span(days.late_first - days.late_before), " after ",
                                  days.late == 1 ? "the one before" : "all others", " (",
                                  FormatDay(days.late_before), ")"));
  }
  if (as_of - days.last >= kLagDays) {
    notes->push_back(absl::StrCat(NameOf(feed), "s end ", FormatDay(days.last), ", ",
                                  Span(as_of - days.last), " before as_of"));
  }
}

}  // namespace

DefaultDay DefaultDayOf(const image::Revision& revision) {
  const bool known = revision.commit_time != kNoTime;
  const Day commit = known ? revision.calendar->DayOf(revision.commit_time) : 0;
  if (revision.customers == 0 && revision.last_event_day == kNoDay && revision.contracts == 0) {
    return {commit, AsOfBasis::kEmpty};
  }
  Day last = kNoDay;
  for (const FeedDays& days : revision.record_days().feeds) last = std::max(last, days.last);
  const bool events = revision.last_event_day != kNoDay;
  // Events that all lie ahead of the commit leave nothing else to stand on.
  if (last == kNoDay || (!events && known)) return {commit, AsOfBasis::kCommit};
  return {last, AsOfBasis::kRecords};
}

Day FirstDayOf(const image::Revision& revision) {
  if (revision.first_event_day != kNoDay) return revision.first_event_day;
  Day first = kNoDay;
  for (const FeedDays& days : revision.record_days().feeds) {
    if (days.first != kNoDay && (first == kNoDay || days.first < first)) first = days.first;
  }
  return first;
}

Day DataThrough(const image::Revision& revision, Day as_of) {
  Day through = kNoDay;
  for (const Feed feed : image::kAllFeeds) {
    const FeedDays& days = revision.record_days()[feed];
    if (IsEvent(feed) && days.records > 0 && days.first <= as_of) {
      through = std::max(through, std::min(days.last, as_of));
    }
  }
  return through;
}

std::vector<std::string> DayNotes(const image::Revision& revision, Day as_of, FeedSet feeds) {
  std::vector<std::string> notes;
  for (const Feed feed : image::kAllFeeds) {
    if (feeds.Has(feed)) AddNotes(feed, revision.record_days()[feed], as_of, &notes);
  }
  return notes;
}

}  // namespace strata::analytics::facts
