#ifndef STRATA_SERVER_STORE_SQLITE_ERASURE_HASH_H_
#define STRATA_SERVER_STORE_SQLITE_ERASURE_HASH_H_

#include <array>

#include "absl/strings/string_view.h"

namespace strata::store {

using HashKey = std::array<unsigned char, 16>;
using IdHash = std::array<unsigned char, 16>;

// SipHash-2-4 with 128 bits of output [Aumasson, Bernstein: SipHash, 2012], by libsodium: the same
// on every machine, and without the key an id cannot be told from its hash.
IdHash HashErasedId(const HashKey& key, absl::string_view id);

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_ERASURE_HASH_H_
