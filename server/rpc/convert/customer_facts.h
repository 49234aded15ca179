#ifndef STRATA_SERVER_RPC_CONVERT_CUSTOMER_FACTS_H_
#define STRATA_SERVER_RPC_CONVERT_CUSTOMER_FACTS_H_

#include <cstdint>
#include <vector>

#include "server/domain/day.h"
#include "server/image/revision.h"
#include "strata/v1/records.pb.h"

// One customer's tickets, contracts and surveys as a revision of the image holds them, as known at
// the end of a day. Each comes with its key in the store, which knows the sender's id of it.

namespace strata::rpc {

template <typename Message>
struct ImageFact {
  uint32_t key = 0;
  Message record;  // without id
};

// Tickets opened by `as_of`, latest first, then the higher key. A first response, an escalation and
// a resolution after `as_of` are not seen; a ticket whose resolution is not seen is open (unless it
// is cancelled: when, nobody says), and its rating unseen with it.
std::vector<ImageFact<v1::Ticket>> TicketsAsOf(const image::Revision& revision, image::Slot slot,
                                               Day as_of);

// Contracts that began by `as_of`, latest start first, then the higher key.
std::vector<ImageFact<v1::Contract>> ContractsAsOf(const image::Revision& revision,
                                                   image::Slot slot, Day as_of);

// Surveys by `as_of`, latest first, then the higher key.
std::vector<ImageFact<v1::Survey>> SurveysAsOf(const image::Revision& revision, image::Slot slot,
                                               Day as_of);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_CUSTOMER_FACTS_H_
