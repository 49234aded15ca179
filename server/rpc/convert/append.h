#ifndef STRATA_SERVER_RPC_CONVERT_APPEND_H_
#define STRATA_SERVER_RPC_CONVERT_APPEND_H_

#include "absl/status/status.h"
#include "server/workspace/workspace.h"
#include "strata/v1/ingestion_service.pb.h"

// What became of an append, from the writer to protobuf.

namespace strata::rpc {

void ToProto(const AppendResult& result, v1::BatchAppendRecordsResponse* out);

// `end_offset` is the offset after the batch.
void ToProto(const AppendResult& result, int64_t end_offset, v1::AppendRecordsResponse* out);

void ToProto(const WriteStreamState& state, v1::GetWriteStreamResponse* out);

// A failed append with its reason, and for bad records the first of them as fields
// ("records[17].order.lines[2].amount_micros") and their number as metadata.
absl::Status ExplainFailure(const absl::Status& status, const AppendResult& result);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_APPEND_H_
