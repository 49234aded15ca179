#ifndef STRATA_SERVER_INGEST_VALIDATOR_H_
#define STRATA_SERVER_INGEST_VALIDATOR_H_

#include <optional>

#include "server/domain/record.h"
#include "server/ingest/reason.h"

namespace strata::ingest {

inline constexpr size_t kMaxLines = 10'000;

// The first fault that a record shows by itself; nullopt when there is none. `now` is the wall
// clock against which "more than a day in the future" is measured.
//
//   event times           1900 .. now + 1 day; promised, due, start and end dates .. year 9999
//   end before start      a contract's dates; a ticket's response, resolution, escalation
//   quantity and amount   a negative quantity with a positive amount
//   ranges                children 0..99, csat 1..5, NPS 0..10, annual value >= 0
//   text                  ids 1..128 bytes, other text up to 512, UTF-8, no control characters
//   attributes            at most 32, keys valid and unique, numbers finite and below 2^53
//
// Of a customer with an update mask only the fields it names are looked at. What depends on the
// workspace (currency, attribute kinds, erased customers) is the writer's to check.
std::optional<Fault> FindFault(const Record& record, Millis now);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_VALIDATOR_H_
