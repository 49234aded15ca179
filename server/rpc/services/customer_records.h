#ifndef STRATA_SERVER_RPC_SERVICES_CUSTOMER_RECORDS_H_
#define STRATA_SERVER_RPC_SERVICES_CUSTOMER_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/domain/record.h"
#include "server/rpc/convert/customer.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/customer_service.pb.h"

// One customer's records as of a day, from the image and, for what the image does not keep (the
// senders' ids, the instants of orders), from the store.

namespace strata::rpc {

// The sender's id of a record that the pinned revision holds; nullopt when it was deleted since: it
// has no id any more that could be told.
absl::StatusOr<std::optional<std::string>> IdOfRecord(const PinnedScope& pinned, RecordKind kind,
                                                      uint32_t key);

// The instant of an order; of one that was moved to another day since, the start of the revision's
// day. nullopt when it was deleted since.
absl::StatusOr<std::optional<Millis>> TimeOfOrder(const PinnedScope& pinned,
                                                  const ImageOrder& order);

// The latest `orders` and `tickets`, all contracts, the latest 100 surveys, and how many tickets
// there are.
absl::Status AddRecords(const PinnedScope& pinned, image::Slot slot, int orders, int tickets,
                        v1::GetCustomerResponse* response);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SERVICES_CUSTOMER_RECORDS_H_
