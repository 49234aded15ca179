#ifndef STRATA_SERVER_IMAGE_RECORD_DAYS_H_
#define STRATA_SERVER_IMAGE_RECORD_DAYS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "server/domain/day.h"

namespace strata::image {

struct Revision;

// The kinds of record that come on a day of their own.
enum class Feed : uint8_t { kOrders, kTickets, kSurveys, kContracts, kCustomers };
inline constexpr size_t kFeeds = 5;
inline constexpr Feed kAllFeeds[kFeeds] = {Feed::kOrders, Feed::kTickets, Feed::kSurveys,
                                           Feed::kContracts, Feed::kCustomers};

// The days of one kind of record: of orders the order's own, of tickets the opening, of contracts
// the start, of customers the creation. Only days that had come by the revision's commit.
struct FeedDays {
  int64_t records = 0;
  Day first = kNoDay, last = kNoDay;  // kNoDay: no records

  // A few records that lie two years and more before all others: the last of them is of
  // `early_last`, the others begin on `early_next`. 0: there are none.
  int64_t early = 0;
  Day early_last = kNoDay, early_next = kNoDay;
  // A few records that lie three months and more after all others: the first of them is of
  // `late_first`, the others end on `late_before`. 0: there are none.
  int64_t late = 0;
  Day late_first = kNoDay, late_before = kNoDay;
};

struct RecordDays {
  std::array<FeedDays, kFeeds> feeds;

  const FeedDays& operator[](Feed feed) const { return feeds[static_cast<size_t>(feed)]; }
};

// Looks at the day of every record: some milliseconds for ten million.
RecordDays FindRecordDays(const Revision& revision);

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_RECORD_DAYS_H_
