#ifndef STRATA_SERVER_RPC_CONTENT_HASH_H_
#define STRATA_SERVER_RPC_CONTENT_HASH_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}

namespace strata::rpc {

// 128 bits of MurmurHash3 (x64 variant, seed 0; Austin Appleby, public domain). The same on every
// machine and in every release: fingerprints are stored. No defence against someone who wants two
// contents to collide.
struct Hash128 {
  uint64_t low = 0, high = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};
Hash128 HashOf(absl::string_view bytes);

// The hash of a message's content: its fields in order, maps sorted by key, so that it does not
// depend on how the sender encoded it.
Hash128 HashOf(const google::protobuf::Message& message);

// 16 bytes, low half first.
std::string BytesOf(const Hash128& hash);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONTENT_HASH_H_
