#ifndef STRATA_SERVER_ANALYTICS_FACTS_AS_OF_H_
#define STRATA_SERVER_ANALYTICS_FACTS_AS_OF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/domain/day.h"
#include "server/image/revision.h"

// Which day a question stands on when it names none, and how far the records lag behind it. It all
// comes of what is stored, so the same revision always gives the same day.

namespace strata::analytics::facts {

enum class AsOfBasis : uint8_t {
  kRequested,  // the request names the day
  kRecords,    // the latest record that had come by the revision's commit
  kCommit,     // the day of the revision's commit: there is no order, ticket or survey
  kEmpty,      // the workspace holds nothing
};

struct DefaultDay {
  Day day = kNoDay;
  AsOfBasis basis = AsOfBasis::kEmpty;
};

// The latest order, opened ticket, survey, customer creation or contract start that had come by the
// commit. Of a workspace that holds no order, ticket or survey, and of an empty one, the day of the
// commit (1970-01-01 where that is not known).
DefaultDay DefaultDayOf(const image::Revision& revision);

// Where all history begins: the first order, ticket or survey, else the first contract or customer;
// kNoDay when no record has a day.
Day FirstDayOf(const image::Revision& revision);

// The day up to which the data reach: the latest order, ticket or survey, or `as_of` where they go
// on beyond it; kNoDay when there is none by then.
Day DataThrough(const image::Revision& revision, Day as_of);

// Kinds of record, as a set.
class FeedSet {
 public:
  static constexpr FeedSet All() { return FeedSet((1u << image::kFeeds) - 1); }
  constexpr FeedSet() = default;
  constexpr void Add(image::Feed feed) { bits_ |= Bit(feed); }
  constexpr bool Has(image::Feed feed) const { return (bits_ & Bit(feed)) != 0; }

 private:
  constexpr explicit FeedSet(uint32_t bits) : bits_(bits) {}
  static constexpr uint32_t Bit(image::Feed feed) { return 1u << static_cast<uint32_t>(feed); }
  uint32_t bits_ = 0;
};

// What a reader of an answer as of `as_of` should know of the days of the kinds of record that it
// rests on: one that ends a month or more before as_of, and stray records far from all others, to
// which a default may be pinned.
std::vector<std::string> DayNotes(const image::Revision& revision, Day as_of, FeedSet feeds);

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_AS_OF_H_
