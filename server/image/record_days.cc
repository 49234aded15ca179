#include "server/image/record_days.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "server/base/scan_pool.h"
#include "server/image/order_facts.h"
#include "server/image/revision.h"

namespace strata::image {
namespace {

constexpr Day kEarlyGap = 2 * 366, kLateGap = 92;
// At most one record in so many lies apart; of fewer records at most one.
constexpr int64_t kFew = 20;
// With fewer records a pause says nothing.
constexpr int64_t kFewestForLate = 10;

// Calls body with the days of a block's records, as one array or two.
template <typename Body>
void ForDays(Feed feed, const Block& block, Body body) {
  switch (feed) {
    case Feed::kOrders:
      if (block.base != nullptr) {
        const OrderRun run = block.base->Run(block.customers);
        body(absl::MakeConstSpan(run.day, run.orders));
      }
      if (block.tail != nullptr) {
        const OrderRun run = block.tail->View(block.tail_orders, block.tail_lines);
        body(absl::MakeConstSpan(run.day, run.orders));
      }
      return;
    case Feed::kTickets:
      if (block.tickets != nullptr) body(absl::MakeConstSpan(block.tickets->opened_day));
      return;
    case Feed::kSurveys:
      if (block.surveys != nullptr) body(absl::MakeConstSpan(block.surveys->day));
      return;
    case Feed::kContracts:
      if (block.contracts != nullptr) body(absl::MakeConstSpan(block.contracts->start_date));
      return;
    case Feed::kCustomers:
      break;
  }
  const CustomerColumns& profile = *block.profile;
  if (profile.created_day.empty()) return;
  std::vector<Day> days;
  for (uint32_t row = 0; row < block.customers; ++row) {
    if (profile.present[row] != 0) days.push_back(profile.created_day[row]);
  }
  body(absl::MakeConstSpan(days));
}

// How many records came on each day from `first` to `last`.
std::vector<int64_t> CountByDay(Feed feed, const Revision& revision, Day first, Day last) {
  const auto days = static_cast<uint32_t>(last - first + 1);
  std::vector<std::vector<uint32_t>> counts(ScanWorkers());
  ParallelScan(revision.blocks.size(), [&](size_t worker, size_t block) {
    std::vector<uint32_t>& of_day = counts[worker];
    of_day.resize(days);
    ForDays(feed, revision.blocks[block], [&](absl::Span<const Day> found) {
      for (const Day day : found) {
        // A day before the first wraps to a large number.
        const uint32_t offset = static_cast<uint32_t>(day) - static_cast<uint32_t>(first);
        if (offset < days) ++of_day[offset];
      }
    });
  });
  std::vector<int64_t> total(days);
  for (const std::vector<uint32_t>& of_day : counts) {
    for (size_t i = 0; i < of_day.size(); ++i) total[i] += of_day[i];
  }
  return total;
}

DayRange RangeOf(Feed feed, const Revision& revision, Day cap) {
  std::vector<DayRange> ranges(ScanWorkers());
  ParallelScan(revision.blocks.size(), [&](size_t worker, size_t block) {
    DayRange& range = ranges[worker];
    ForDays(feed, revision.blocks[block], [&](absl::Span<const Day> found) {
      for (const Day day : found) {
        if (day <= cap) range.Add(day);
      }
    });
  });
  DayRange range;
  for (const DayRange& part : ranges) range.Add(part);
  return range;
}

// A gap is one that stands out: many times as long as the days between the others are on average.
bool StandsOut(Day gap, Day others, size_t other_days) {
  constexpr int64_t kTimes = 10;
  return other_days < 2 ||
         gap * static_cast<int64_t>(other_days - 1) >= kTimes * static_cast<int64_t>(others);
}

// Looks for gaps between days that have records, from both ends inwards.
void FindStrays(const std::vector<int64_t>& counts, FeedDays* days) {
  std::vector<std::pair<Day, int64_t>> found;  // days that have records
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) found.emplace_back(days->first + static_cast<Day>(i), counts[i]);
  }
  const int64_t most = std::max<int64_t>(1, days->records / kFew);
  int64_t apart = 0;
  for (size_t i = 1; i < found.size(); ++i) {
    apart += found[i - 1].second;
    if (apart > most) break;
    const Day gap = found[i].first - found[i - 1].first;
    if (gap >= kEarlyGap && StandsOut(gap, days->last - found[i].first, found.size() - i)) {
      days->early = apart;
      days->early_last = found[i - 1].first;
      days->early_next = found[i].first;
    }
  }
  if (days->records < kFewestForLate) return;
  // Early strays are none of the others that a late one is held against.
  size_t begin = 0;
  while (days->early > 0 && found[begin].first != days->early_next) ++begin;
  apart = 0;
  for (size_t i = found.size() - 1; i > begin; --i) {
    apart += found[i].second;
    if (apart > most) break;
    const Day gap = found[i].first - found[i - 1].first;
    if (gap >= kLateGap && StandsOut(gap, found[i - 1].first - found[begin].first, i - begin)) {
      days->late = apart;
      days->late_first = found[i].first;
      days->late_before = found[i - 1].first;
    }
  }
}

FeedDays DaysOf(Feed feed, const Revision& revision, Day cap) {
  FeedDays days;
  const DayRange range = RangeOf(feed, revision, cap);
  if (range.empty()) return days;
  days.first = range.first;
  days.last = range.last;
  const std::vector<int64_t> counts = CountByDay(feed, revision, range.first, range.last);
  for (const int64_t count : counts) days.records += count;
  FindStrays(counts, &days);
  return days;
}

}  // namespace

RecordDays FindRecordDays(const Revision& revision) {
  const Day cap = revision.commit_time == kNoTime ? std::numeric_limits<Day>::max()
                                                  : revision.calendar->DayOf(revision.commit_time);
  RecordDays days;
  for (const Feed feed : kAllFeeds) {
    days.feeds[static_cast<size_t>(feed)] = DaysOf(feed, revision, cap);
  }
  return days;
}

}  // namespace strata::image
