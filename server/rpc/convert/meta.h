#ifndef STRATA_SERVER_RPC_CONVERT_META_H_
#define STRATA_SERVER_RPC_CONVERT_META_H_

#include "server/analytics/kpi/query.h"
#include "server/image/revision.h"
#include "strata/v1/types.pb.h"

namespace strata::rpc {

// What an answer is based on: the revision that was read, what the engine says of it, and how far
// the records lag behind its day.
void ToProto(const image::Revision& revision, const analytics::fields::ResultInfo& info,
             v1::ResultMeta* out);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_META_H_
