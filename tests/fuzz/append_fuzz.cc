// The lenient decoder of appended batches on arbitrary bytes: it names bad records, and what it
// keeps is a message.

#include <cstdint>
#include <cstdlib>

#include "google/protobuf/stubs/logging.h"
#include "grpcpp/support/byte_buffer.h"
#include "server/rpc/transport/decode.h"
#include "strata/v1/ingestion_service.pb.h"

// protobuf logs every text that is no UTF-8.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const grpc::Slice slice(data, size);
  const grpc::ByteBuffer bytes(&slice, 1);
  strata::v1::BatchAppendRecordsRequest strict, lenient;
  const bool good = strata::rpc::Parse(bytes, &strict);
  std::vector<int64_t> undecodable;
  const bool kept = strata::rpc::ParseLeniently(bytes, &lenient, &undecodable);
  // Whatever parses as it is parses leniently too, to the same, with no record marked.
  if (good && (!kept || !undecodable.empty() ||
               lenient.SerializeAsString() != strict.SerializeAsString())) {
    std::abort();
  }
  for (const int64_t index : undecodable) {
    if (kept && index >= lenient.records_size()) std::abort();
  }
  return 0;
}
