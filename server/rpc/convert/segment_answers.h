#ifndef STRATA_SERVER_RPC_CONVERT_SEGMENT_ANSWERS_H_
#define STRATA_SERVER_RPC_CONVERT_SEGMENT_ANSWERS_H_

#include "absl/status/status.h"
#include "server/analytics/segment/profile.h"
#include "server/analytics/segment/rfm_table.h"
#include "server/analytics/segment/transitions.h"
#include "server/image/revision.h"
#include "strata/v1/segmentation_service.pb.h"

// What segments' queries answer, from analytics to protobuf. OUT_OF_RANGE for a sum of money that
// does not fit in units of 64 bits.

namespace strata::rpc {

absl::Status ToProto(const image::Revision& revision, const analytics::SegmentProfile& profile,
                     v1::ProfileSegmentResponse* out);

// Everything but the rows of customers.
absl::Status ToProto(const image::Revision& revision, const analytics::RfmTable& table,
                     v1::ScoreRfmResponse* out);
// One customer's scores; the name is empty where the table has none.
absl::Status ToProto(const image::Revision& revision, const analytics::RfmTable& table,
                     image::Slot slot, v1::RfmCustomer* out);

// Everything but the partition's id.
absl::Status ToProto(const image::Revision& revision, const analytics::Transitions& transitions,
                     v1::ComputeTransitionsResponse* out);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_SEGMENT_ANSWERS_H_
