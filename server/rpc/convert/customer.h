#ifndef STRATA_SERVER_RPC_CONVERT_CUSTOMER_H_
#define STRATA_SERVER_RPC_CONVERT_CUSTOMER_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "server/domain/day.h"
#include "server/image/revision.h"
#include "strata/v1/records.pb.h"

// Records as a revision of the image holds them, so that what is shown of a customer is of one
// moment.

namespace strata::rpc {

// A present customer's record. The image keeps no source_version; it is left out.
void CustomerToProto(const image::Revision& revision, image::Slot slot, v1::Customer* out);
bool IsPlaceholder(const image::Revision& revision, image::Slot slot);

// One order of a customer, and its key in the store, which knows the sender's id of it and the
// instant of the order: the image keeps its day.
struct ImageOrder {
  uint32_t key = 0;
  Day day = kNoDay;
  v1::Order order;  // without id and order_time
};

// Shows `visit` the `count` latest orders of a customer up to `as_of`, latest day first, then the
// higher key, one at a time, until it returns false; returns how many there are to show. Shipments
// and deliveries after as_of are not seen.
size_t VisitLatestOrders(const image::Revision& revision, image::Slot slot, Day as_of, size_t count,
                         absl::FunctionRef<bool(ImageOrder order)> visit);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_CUSTOMER_H_
