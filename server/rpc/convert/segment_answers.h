#ifndef STRATA_SERVER_RPC_CONVERT_SEGMENT_ANSWERS_H_
#define STRATA_SERVER_RPC_CONVERT_SEGMENT_ANSWERS_H_

#include "server/analytics/insight/segments/profile.h"
#include "server/analytics/insight/segments/rfm_table.h"
#include "server/analytics/insight/segments/transitions.h"
#include "server/image/revision.h"
#include "strata/v1/segmentation_service.pb.h"

// What segments' queries answer, from analytics to protobuf.

namespace strata::rpc {

void ToProto(const image::Revision& revision, const analytics::insight::SegmentProfile& profile,
             v1::ProfileSegmentResponse* out);

// Everything but the rows of customers.
void ToProto(const image::Revision& revision, const analytics::insight::RfmTable& table,
             v1::ScoreRfmResponse* out);
// One customer's scores; the name is empty where the table has none.
void ToProto(const image::Revision& revision, const analytics::insight::RfmTable& table,
             image::Slot slot, v1::RfmCustomer* out);

// Everything but the partition's id.
void ToProto(const image::Revision& revision, const analytics::insight::Transitions& transitions,
             v1::ComputeTransitionsResponse* out);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_SEGMENT_ANSWERS_H_
