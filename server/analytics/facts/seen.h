#ifndef STRATA_SERVER_ANALYTICS_FACTS_SEEN_H_
#define STRATA_SERVER_ANALYTICS_FACTS_SEEN_H_

#include "server/domain/calendar.h"
#include "server/domain/day.h"

namespace strata::analytics::facts {

// What an answer as of a day sees of instants: those before the end of that day in the workspace's
// time zone.
class Seen {
 public:
  Seen(const Calendar& calendar, Day as_of) : end_(calendar.StartOf(as_of + 1)) {}

  // Whether `time` (kNoTime: never) had come.
  bool operator()(Millis time) const { return time != kNoTime && time < end_; }

  // The first instant that is not seen.
  Millis end() const { return end_; }

 private:
  Millis end_;
};

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_SEEN_H_
