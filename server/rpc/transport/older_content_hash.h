#ifndef STRATA_SERVER_RPC_TRANSPORT_OLDER_CONTENT_HASH_H_
#define STRATA_SERVER_RPC_TRANSPORT_OLDER_CONTENT_HASH_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// How 0.1.0 hashed contents. Files keep such hashes for a day after an upgrade, in which a batch
// that is sent again must still be known; the release after the next can do without.

namespace strata::rpc {

// 128 bits of MurmurHash3 (x64 variant, seed 0; Austin Appleby, public domain).
struct Murmur3Hash {
  uint64_t low = 0, high = 0;
  friend bool operator==(const Murmur3Hash&, const Murmur3Hash&) = default;
};
Murmur3Hash Murmur3Of(absl::string_view bytes);

// 16 bytes, low half first.
std::string BytesOf(const Murmur3Hash& hash);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_OLDER_CONTENT_HASH_H_
