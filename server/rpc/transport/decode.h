#ifndef STRATA_SERVER_RPC_TRANSPORT_DECODE_H_
#define STRATA_SERVER_RPC_TRANSPORT_DECODE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"
#include "server/base/error.h"
#include "server/domain/record.h"
#include "server/rpc/convert/records.h"

// From the bytes of an append message to a batch that borrows from them.

namespace strata::rpc {

// A decoded message with all that its batch points into; becomes Batch::backing.
template <typename Message>
struct Decoded {
  explicit Decoded(const google::protobuf::ArenaOptions& options)
      : arena(options), message(google::protobuf::Arena::CreateMessage<Message>(&arena)) {}

  google::protobuf::Arena arena;
  Message* const message;
  RecordPool pool;
  std::vector<int64_t> undecodable;  // places of records that are no valid messages, ascending
};

// Blocks large enough that a message of so many bytes takes a handful.
google::protobuf::ArenaOptions ArenaFor(size_t message_bytes);

// Fills `message`. False when the bytes are no such message, or hold text that is not UTF-8.
bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message* message);

// The same for a message with bad records among its `records`: leaves an empty record in the place
// of each that does not decode and tells the places. False when even that does not help.
bool ParseLeniently(const grpc::ByteBuffer& bytes, google::protobuf::Message* message,
                    std::vector<int64_t>* undecodable);

// Gives the records of `undecodable` places, refused for want of a kind, their true reason.
void ExplainUndecodable(absl::Span<const int64_t> undecodable, std::vector<Rejection>& rejections);

// INVALID_ARGUMENT when the bytes are no message of this type.
template <typename Message>
absl::StatusOr<std::shared_ptr<Decoded<Message>>> Decode(const grpc::ByteBuffer& bytes) {
  auto decoded = std::make_shared<Decoded<Message>>(ArenaFor(bytes.Length()));
  if (Parse(bytes, decoded->message) ||
      ParseLeniently(bytes, decoded->message, &decoded->undecodable)) {
    return decoded;
  }
  return WithReason(absl::InvalidArgumentError(absl::StrCat("the message is no valid ",
                                                            Message::descriptor()->full_name(),
                                                            ", or holds text that is not UTF-8")),
                    "INVALID_FIELD");
}

// The message's records as a batch that keeps `decoded` alive. INVALID_ARGUMENT for an unknown
// on_error and for too many records.
template <typename Message>
absl::StatusOr<Batch> MakeBatch(std::shared_ptr<Decoded<Message>> decoded) {
  const Message& message = *decoded->message;
  if (message.records_size() > static_cast<int>(kMaxBatchRecords)) {
    return FieldError("records", absl::StrCat(message.records_size(),
                                              " records; a batch has at most ", kMaxBatchRecords));
  }
  Batch batch;
  absl::StatusOr<OnError> on_error = OnErrorFrom(message.on_error());
  if (!on_error.ok()) return on_error.status();
  batch.on_error = *on_error;
  ConvertRecords(message.records(), decoded->pool, batch);
  ExplainUndecodable(decoded->undecodable, batch.rejections);
  batch.backing = std::move(decoded);
  return batch;
}

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_DECODE_H_
