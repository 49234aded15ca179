#ifndef STRATA_SERVER_RPC_SERVICES_CUSTOMER_TIMELINE_H_
#define STRATA_SERVER_RPC_SERVICES_CUSTOMER_TIMELINE_H_

#include <cstddef>

#include "absl/status/status.h"
#include "google/protobuf/repeated_field.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/customer_service.pb.h"

namespace strata::rpc {

// The `count` latest things that happened to a customer by as_of, latest first: orders; tickets
// opened, escalated and resolved; contracts that began and ended; surveys; the record's creation.
absl::Status AddTimeline(const PinnedScope& pinned, image::Slot slot, size_t count,
                         google::protobuf::RepeatedPtrField<v1::TimelineEvent>* out);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SERVICES_CUSTOMER_TIMELINE_H_
