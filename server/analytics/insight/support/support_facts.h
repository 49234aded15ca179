#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SUPPORT_SUPPORT_FACTS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SUPPORT_SUPPORT_FACTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/scope.h"
#include "server/image/columns.h"

namespace strata::analytics::insight {

// What one customer got from support: tickets opened in a range, ratings given in it. By the
// definitions of the KPIs: cancelled tickets count for no SLA, a ticket's rating counts on the day
// of its resolution.
struct SupportRow {
  image::Slot slot = image::kNoSlot;
  int32_t tickets = 0, escalated = 0, sla_met = 0, sla_breached = 0;
  int32_t ratings = 0, good_ratings = 0;      // good: 4 or 5
  std::vector<double> response_hours = {};    // of the tickets that were answered
  std::vector<double> waiting_hours = {};     // so far, of those that were not, nor cancelled
  std::vector<double> resolution_hours = {};  // of the tickets that were resolved
  // The priorities of the same tickets, in the same order.
  std::vector<image::Code> response_priorities = {}, resolution_priorities = {};
  int32_t contacts = 0;  // days with an order, a ticket or a survey
  Day first_contact = kNoDay;

  // Mean days from one contact to the next, the time since the last one included: the days from the
  // first contact to `end` over the number of contacts. Without contacts: not defined.
  double DaysBetweenContacts(Day end) const {
    return static_cast<double>(end - first_contact) / contacts;
  }
};

// Whether contacts are counted, which takes a look at every order.
enum class Contacts : uint8_t { kCount, kSkip };

// Of every customer with `include` (by slot) who had a ticket or a rating in the scope's range, or
// any contact where these are counted; ascending by slot. Nothing after as_of is seen.
absl::StatusOr<std::vector<SupportRow>> CollectSupport(const fields::Scope& scope,
                                                       const std::vector<uint8_t>& include,
                                                       Contacts contacts = Contacts::kCount);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SUPPORT_SUPPORT_FACTS_H_
