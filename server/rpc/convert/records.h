#ifndef STRATA_SERVER_RPC_CONVERT_RECORDS_H_
#define STRATA_SERVER_RPC_CONVERT_RECORDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "server/domain/record.h"
#include "strata/v1/ingestion_service.pb.h"
#include "strata/v1/records.pb.h"

// Records from protobuf to the domain, and what became of them back.

namespace strata::rpc {

// What a batch's records point into, beside the message.
struct RecordPool {
  std::vector<OrderLine> lines;
  std::vector<Attribute> attributes;
};

// Appends one domain record for each of `records`, in order. Text is borrowed from the messages,
// lines and attributes from `pool`, which is filled once and must not change after. A record that
// has no domain form (no kind, a date that is none, an unknown enum value, a timestamp out of
// range or finer than a millisecond) takes its place in `batch.records` as an empty one and is
// refused in `batch.rejections`.
void ConvertRecords(const google::protobuf::RepeatedPtrField<v1::Record>& records, RecordPool& pool,
                    Batch& batch);

// INVALID_ARGUMENT for a value that is none.
absl::StatusOr<OnError> OnErrorFrom(v1::OnError on_error);

v1::RecordKind ToProto(RecordKind kind);
void ToProto(const RecordCounts& counts, v1::RecordCounts* out);
void ToProto(const std::vector<Rejection>& rejections,
             google::protobuf::RepeatedPtrField<v1::RecordError>* out);
// `millis` is a time, not kNoTime.
void ToProto(Millis millis, google::protobuf::Timestamp* out);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_RECORDS_H_
