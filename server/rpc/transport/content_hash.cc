#include "server/rpc/transport/content_hash.h"

#include <xxhash.h>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"

namespace strata::rpc {
namespace {

constexpr char kFingerprintVersion = 2;  // 1, MurmurHash3, was 16 bytes without a version

}  // namespace

uint64_t HashOf(absl::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

uint64_t HashOf(const google::protobuf::Message& message) {
  return HashOf(CanonicalBytes(message));
}

std::string FingerprintOf(absl::string_view bytes) {
  XXH128_canonical_t hash;
  XXH128_canonicalFromHash(&hash, XXH3_128bits(bytes.data(), bytes.size()));
  std::string fingerprint(1, kFingerprintVersion);
  fingerprint.append(reinterpret_cast<const char*>(hash.digest), sizeof(hash.digest));
  return fingerprint;
}

std::string CanonicalBytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace strata::rpc
