#ifndef STRATA_SERVER_RPC_TRANSPORT_CONTENT_HASH_H_
#define STRATA_SERVER_RPC_TRANSPORT_CONTENT_HASH_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}

namespace strata::rpc {

// Hashes of contents by XXH3 [Collet: xxHash, stable since 0.8.0]: the same on every machine and in
// every release, because they are stored. No defence against someone who wants two contents to
// collide.
uint64_t HashOf(absl::string_view bytes);
uint64_t HashOf(const google::protobuf::Message& message);  // of its CanonicalBytes

// 17 bytes that name a content: a version, which every other way of making them would raise, and
// XXH3's 128 bits.
std::string FingerprintOf(absl::string_view bytes);

// The message's fields in order, maps sorted by key, so that they do not depend on how the sender
// encoded it.
std::string CanonicalBytes(const google::protobuf::Message& message);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_CONTENT_HASH_H_
