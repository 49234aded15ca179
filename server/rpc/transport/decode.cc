#include "server/rpc/transport/decode.h"

#include <algorithm>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "grpcpp/support/proto_buffer_reader.h"
#include "strata/v1/records.pb.h"

namespace strata::rpc {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

// Copies one field after its tag to `out` as it is. False at an encoding that is broken.
bool CopyField(uint32_t tag, CodedInputStream& in, CodedOutputStream& out) {
  return WireFormatLite::SkipField(&in, tag, &out);
}

bool ReadBytes(CodedInputStream& in, std::string* bytes) {
  uint32_t size = 0;
  return in.ReadVarint32(&size) && in.ReadString(bytes, static_cast<int>(size));
}

// Rewrites the message with an empty record for each one that does not decode.
bool ReplaceUndecodable(const std::string& bytes, int records_field, std::string* rewritten,
                        std::vector<int64_t>* undecodable) {
  google::protobuf::io::StringOutputStream stream(rewritten);
  CodedOutputStream out(&stream);
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  std::string record;
  v1::Record scratch;
  for (int64_t index = 0; const uint32_t tag = in.ReadTag();) {
    if (WireFormatLite::GetTagFieldNumber(tag) != records_field ||
        WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      if (!CopyField(tag, in, out)) return false;
      continue;
    }
    if (!ReadBytes(in, &record)) return false;
    if (!scratch.ParseFromString(record)) {
      undecodable->push_back(index);
      record.clear();
    }
    out.WriteTag(tag);
    out.WriteVarint32(static_cast<uint32_t>(record.size()));
    out.WriteString(record);
    ++index;
  }
  return in.ConsumedEntireMessage();
}

}  // namespace

google::protobuf::ArenaOptions ArenaFor(size_t message_bytes) {
  google::protobuf::ArenaOptions options;
  options.start_block_size = std::clamp<size_t>(2 * message_bytes, 1 << 10, 1 << 20);
  options.max_block_size = 1 << 20;
  return options;
}

bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message* message) {
  // The reader wants a buffer it may change, and leaves it as it was.
  grpc::ByteBuffer copy(bytes);
  grpc::ProtoBufferReader reader(&copy);
  return reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
}

bool ParseLeniently(const grpc::ByteBuffer& bytes, google::protobuf::Message* message,
                    std::vector<int64_t>* undecodable) {
  std::vector<grpc::Slice> slices;
  const auto* records = message->GetDescriptor()->FindFieldByName("records");
  if (records == nullptr || !bytes.Dump(&slices).ok()) return false;
  std::string whole, rewritten;
  for (const grpc::Slice& slice : slices) {
    whole.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  undecodable->clear();
  return ReplaceUndecodable(whole, records->number(), &rewritten, undecodable) &&
         message->ParseFromString(rewritten);
}

void ExplainUndecodable(absl::Span<const int64_t> undecodable, std::vector<Rejection>& rejections) {
  for (Rejection& rejection : rejections) {
    if (!std::binary_search(undecodable.begin(), undecodable.end(), rejection.index)) continue;
    rejection.reason = "INVALID_UTF8";
    rejection.message = "the record holds text that is not UTF-8, or is no valid message";
  }
}

}  // namespace strata::rpc
